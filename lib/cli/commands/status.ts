import type { Command } from 'commander'
import type { FleetStatus, ServerStatus } from '../../status/fleet-status.ts'
import { EXIT } from '../exit-code.ts'
import { formatAge } from '../format/age.ts'
import { styleOf } from '../format/health-style.ts'
import { type Cell, formatTable, paint } from '../format/table.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { print, printJson, terminalWidth, withProgress } from '../output.ts'

/** More healthy servers than this are counted instead of listed, so that the ones in trouble stay on the screen. */
const FOLD_FROM = 30

export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('health of every MCP server, worst first')
    .argument('[server...]', 'only these servers')
    .option('--all', `list every server, also when more than ${FOLD_FROM} are healthy`)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        ['fleetwatch status', 'the whole fleet'],
        ['fleetwatch status search payments', 'two servers'],
        ['fleetwatch status --json | jq .counts', 'for programs'],
        ['fleetwatch status || notify-me', 'exit code 0 healthy, 1 unhealthy, 3 degraded'],
      ]),
    )
    .action(async (names: string[], options: { all?: true; json?: true }) => {
      const status = await withProgress('reading verdicts', readStatus(names))
      if (options.json) printJson(status)
      else print(formatStatus(status, terminalWidth(), { all: options.all ?? names.length > 0 }))
      process.exitCode = EXIT[status.overall]
    })
}

async function readStatus(names: string[]): Promise<FleetStatus> {
  const { findResources } = await import('../../aws/resources.ts')
  const { listServers, listVerdicts } = await import('../../aws/servers-table.ts')
  const { listAlerts } = await import('../../aws/alerts-table.ts')
  const { fleetStatus } = await import('../../status/fleet-status.ts')
  const { named } = await import('../named-servers.ts')
  await findResources()
  const [servers, verdicts, alerts] = await Promise.all([listServers(), listVerdicts(), listAlerts()])
  const wanted = named(servers, names)
  const theirs = alerts.filter(({ labels }) => names.length === 0 || names.includes(labels.deployment ?? ''))
  return fleetStatus({ servers: wanted, verdicts, alerts: theirs, now: new Date() })
}

/** The status as text: a sentence, a table, and what to do next. Unless `all`, many healthy servers become one line. */
export function formatStatus(status: FleetStatus, width: number, { all }: { all: boolean }): string {
  const head = `${paint(styleOf(status.overall), status.overall.toUpperCase())}  ${status.summary}`
  if (status.servers.length === 0) return head
  const isFine = (server: ServerStatus) => server.health === 'healthy' && !server.stale
  const fine = status.servers.filter(isFine).length
  const fold = !all && fine > FOLD_FROM
  const listed = fold ? status.servers.filter((server) => !isFine(server)) : status.servers
  const folded = fold ? `\n\n${fine} healthy servers are not listed; --all lists them` : ''
  const rows = listed.map((server): Cell[] => [
    server.deployment,
    server.stale
      ? { text: `stale (was ${server.health})`, style: styleOf(server.health === 'critical' ? 'critical' : 'stale') }
      : { text: server.health, style: styleOf(server.health) },
    server.layer ?? '–',
    server.ageMs === undefined ? 'never' : `${formatAge(server.ageMs)} ago`,
    server.latencyMs === undefined ? '–' : `${server.latencyMs} ms`,
    server.message,
  ])
  const table = formatTable(
    [
      { title: 'SERVER' },
      { title: 'HEALTH' },
      { title: 'LAYER' },
      { title: 'CHECKED', align: 'right' },
      { title: 'TOOK', align: 'right' },
      { title: 'WHAT' },
    ],
    rows,
    width,
  )
  const { firing, pending } = status.alerts
  const alerts = firing + pending > 0 ? `\n\n${firing} firing, ${pending} pending: "fleetwatch alerts" shows them` : ''
  return `${head}${rows.length > 0 ? `\n\n${table}` : ''}${folded}${alerts}`
}
