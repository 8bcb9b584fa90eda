import { type Command, Option } from 'commander'
import type { Alert } from '../../model/alert.ts'
import { EXIT } from '../exit-code.ts'
import { formatSince } from '../format/age.ts'
import { styleOf } from '../format/health-style.ts'
import { type Cell, formatTable } from '../format/table.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { print, printJson, terminalWidth, withProgress } from '../output.ts'

const STATES = ['firing', 'pending', 'resolved'] as const
type State = (typeof STATES)[number]

export function registerAlerts(program: Command): void {
  program
    .command('alerts')
    .description('alerts that fire or are about to')
    .addOption(new Option('--state <state...>', 'only these states').choices(STATES).default(['firing', 'pending']))
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        ['fleetwatch alerts', 'firing and pending'],
        ['fleetwatch alerts --state resolved', 'what ended lately'],
        ['fleetwatch alerts --json', 'for programs; exit code 1 when a critical alert fires, 3 when another one does'],
      ]),
    )
    .action(async (options: { state: State[]; json?: true }) => {
      const now = new Date()
      const all = await withProgress('reading alerts', readAlerts())
      const alerts = all.filter((alert) => options.state.includes(alert.state)).sort(byUrgency)
      if (options.json) printJson({ at: now.toISOString(), alerts })
      else print(formatAlerts(alerts, options.state, now, terminalWidth()))
      process.exitCode = exitCodeOf(all)
    })
}

async function readAlerts(): Promise<Alert[]> {
  const { findResources } = await import('../../aws/resources.ts')
  const { listAlerts } = await import('../../aws/alerts-table.ts')
  await findResources()
  return listAlerts()
}

function exitCodeOf(alerts: Alert[]): number {
  const firing = alerts.filter((alert) => alert.state === 'firing')
  if (firing.some((alert) => alert.labels.severity === 'critical')) return EXIT.unhealthy
  return firing.length > 0 ? EXIT.degraded : EXIT.healthy
}

function byUrgency(a: Alert, b: Alert): number {
  const severity = (alert: Alert) => ['critical', 'error', 'warning'].indexOf(alert.labels.severity ?? '') + 1 || 9
  return (
    STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
    severity(a) - severity(b) ||
    a.activeAt.localeCompare(b.activeAt)
  )
}

/** Alerts as text, in the order given. */
export function formatAlerts(alerts: readonly Alert[], states: readonly State[], now: Date, width: number): string {
  if (alerts.length === 0) return `No alert is ${states.join(' or ')}.`
  const rows = alerts.map((alert): Cell[] => {
    const { alertname = alert.rule, severity = '–', deployment = '–' } = alert.labels
    return [
      { text: alert.state, style: styleOf(alert.state) },
      { text: severity, style: styleOf(severity) },
      alertname,
      deployment,
      formatSince(sinceOf(alert), now),
      alert.value,
      alert.annotations.summary ?? alert.annotations.description ?? otherLabels(alert),
    ]
  })
  const titles = ['STATE', 'SEVERITY', 'ALERT', 'SERVER', 'SINCE', 'VALUE', 'WHAT']
  return formatTable(
    titles.map((title) => ({ title })),
    rows,
    width,
  )
}

function sinceOf(alert: Alert): string {
  if (alert.state === 'resolved') return alert.resolvedAt ?? alert.lastEvaluatedAt
  return alert.state === 'firing' ? (alert.firedAt ?? alert.activeAt) : alert.activeAt
}

function otherLabels(alert: Alert): string {
  const shown = ['alertname', 'severity', 'deployment']
  const others = Object.entries(alert.labels).filter(([name]) => !shown.includes(name))
  return others.map(([name, value]) => `${name}=${value}`).join(' ')
}
