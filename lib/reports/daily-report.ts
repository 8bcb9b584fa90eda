import type { FleetCosts, ServerCosts } from '../costs/fleet-costs.ts'
import { percent, usd } from '../costs/usd.ts'
import type { Alert } from '../model/alert.ts'
import type { FleetStatus, ServerStatus } from '../status/fleet-status.ts'

/** Rows shown per list; the rest is summed up in one line, so that a fleet of 1,000 fits a message. */
const MOST_ROWS = 20
const DAY_MS = 86_400_000

export interface ServerRow {
  server: string
  state: string
  message: string
}

export interface AlertRow {
  severity: string
  alert: string
  server: string
  since: string
  message: string
}

export interface BudgetRow {
  budget: string
  of: string
  amount: string
  spent: string
  used: string
  forecast: string
  state: 'within' | 'warning' | 'exceeded' | 'forecast to exceed'
}

export interface CostRow {
  server: string
  soFar: string
  forecast: string
  perDay: string
  yesterday: string
  from: string
}

/** The daily report as content: every figure is text already, so that channels only lay it out. */
export interface DailyReport {
  title: string
  /** What matters most, in one sentence. */
  headline: string
  tone: 'good' | 'warning' | 'bad'
  health: { summary: string; troubled: ServerRow[]; more?: string }
  alerts: { summary: string; firing: AlertRow[]; more?: string }
  costs: { summary: string; budgets: BudgetRow[]; servers: CostRow[]; more?: string; notes: string[] }
}

/** Puts the report together. `costs` is absent until costs were looked at for the first time. */
export function dailyReport(given: {
  fleet: string
  status: FleetStatus
  alerts: readonly Alert[]
  costs: FleetCosts | undefined
  now: Date
  /** Time zone of the date in the title; figures are by UTC day, as AWS bills. */
  timezone?: string
}): DailyReport {
  const { fleet, status, alerts, costs, now, timezone = 'UTC' } = given
  const firing = alerts.filter((alert) => alert.state === 'firing').sort(bySeverity)
  const ended = alerts.filter((alert) => endedLately(alert, now)).length
  const exceeded = (costs?.budgets ?? []).filter(({ state }) => state === 'exceeded')
  const threatened = (costs?.budgets ?? []).filter(({ state }) => state === 'forecast to exceed' || state === 'warning')
  const troubled = status.servers.filter((server) => server.stale || server.health !== 'healthy')
  return {
    title: `MCP fleet ${fleet}: daily report, ${dateIn(timezone, now)}`,
    headline: headlineOf(status, firing.length, exceeded.map(nameOf), threatened.map(nameOf)),
    tone: toneOf(status, firing.length, exceeded.length, threatened.length),
    health: {
      summary: status.summary,
      troubled: troubled.slice(0, MOST_ROWS).map(serverRow),
      ...beyond(troubled.length, 'more servers in trouble'),
    },
    alerts: {
      summary: `${firing.length} firing, ${ended} ended in the last 24 hours`,
      firing: firing.slice(0, MOST_ROWS).map(alertRow),
      ...beyond(firing.length, 'more alerts firing'),
    },
    costs: costs ? costSection(costs, now) : { summary: 'not looked at yet', budgets: [], servers: [], notes: [] },
  }
}

function costSection(costs: FleetCosts, now: Date): DailyReport['costs'] {
  const month = now.toLocaleString('en-US', { month: 'long', timeZone: 'UTC' })
  const yesterday = costs.servers[0]?.spend.yesterday
  const provisional = costs.servers.some(({ spend }) => spend.yesterday.provisional) ? ', provisional' : ''
  const lastDay = yesterday ? `; ${yesterday.day} ${usd(costs.yesterdayUsd)}${provisional}` : ''
  const shown = costs.servers.slice(0, MOST_ROWS)
  const rest = costs.servers.slice(MOST_ROWS)
  const restUsd = rest.reduce((sum, { spend }) => sum + spend.monthToDateUsd, 0)
  return {
    summary: `${usd(costs.monthToDateUsd)} in ${month} so far, forecast ${usd(costs.forecastUsd)}${lastDay}`,
    budgets: costs.budgets.map(({ budget, spentUsd, usedRatio, forecastRatio, state }) => ({
      budget: budget.name,
      of: budget.server ?? 'the fleet',
      amount: usd(budget.amount),
      spent: usd(spentUsd),
      used: percent(usedRatio),
      forecast: percent(forecastRatio),
      state,
    })),
    servers: shown.map(costRow),
    ...(rest.length > 0 && { more: `and ${rest.length} more servers: ${usd(restUsd)}` }),
    notes: costs.notes,
  }
}

function costRow({ server, inRegistry, spend }: ServerCosts): CostRow {
  const from = { cost_explorer: 'Cost Explorer', estimate: 'estimate', none: 'no figures' }[spend.source]
  const amount = (value: number) => (spend.source === 'none' ? '–' : usd(value))
  return {
    server,
    soFar: amount(spend.monthToDateUsd),
    forecast: amount(spend.forecastUsd),
    perDay: amount(spend.usdPerDay),
    yesterday: amount(spend.yesterday.usd),
    from: inRegistry ? from : `${from}, gone`,
  }
}

function serverRow({ deployment, health, stale, message }: ServerStatus): ServerRow {
  return { server: deployment, state: stale ? `stale, was ${health}` : health, message }
}

function alertRow(alert: Alert): AlertRow {
  const { alertname = alert.rule, severity = '–', deployment = '–' } = alert.labels
  const since = (alert.firedAt ?? alert.activeAt).slice(0, 16).replace('T', ' ')
  const message = alert.annotations.summary ?? alert.annotations.description ?? ''
  return { severity, alert: alertname, server: deployment, since: `${since} UTC`, message }
}

/** What follows a list that was cut, or nothing. */
function beyond(count: number, what: string): { more?: string } {
  return count > MOST_ROWS ? { more: `and ${count - MOST_ROWS} ${what}` } : {}
}

/** The date there, `2026-11-21`. */
function dateIn(timeZone: string, now: Date): string {
  return now.toLocaleDateString('sv-SE', { timeZone })
}

function nameOf({ budget }: { budget: { name: string } }): string {
  return budget.name
}

function headlineOf(status: FleetStatus, firing: number, exceeded: string[], threatened: string[]): string {
  const parts: string[] = []
  if (status.overall !== 'healthy') parts.push(status.summary)
  if (firing > 0) parts.push(firing === 1 ? '1 alert fires' : `${firing} alerts fire`)
  if (exceeded.length > 0) parts.push(`${budgets(exceeded)} exceeded`)
  if (threatened.length > 0) parts.push(`${budgets(threatened)} nearly used up`)
  return parts.length > 0 ? parts.join('; ') : `${status.summary}, costs within budget`
}

function budgets(names: string[]): string {
  if (names.length > 3) return `${names.length} budgets`
  return `${names.length === 1 ? 'budget' : 'budgets'} ${names.join(', ')}`
}

function toneOf(status: FleetStatus, firing: number, exceeded: number, threatened: number): DailyReport['tone'] {
  if (status.overall === 'unhealthy' || exceeded > 0) return 'bad'
  return status.overall === 'degraded' || firing > 0 || threatened > 0 ? 'warning' : 'good'
}

function endedLately(alert: Alert, now: Date): boolean {
  return alert.state === 'resolved' && now.getTime() - Date.parse(alert.resolvedAt ?? '') < DAY_MS
}

function bySeverity(a: Alert, b: Alert): number {
  const rank = (alert: Alert) => ['critical', 'error', 'warning'].indexOf(alert.labels.severity ?? '') + 1 || 9
  return rank(a) - rank(b) || a.activeAt.localeCompare(b.activeAt)
}
