import type { Command } from 'commander'
import { addDays, dayOf } from '../../costs/calendar.ts'
import type { FleetCosts, ServerCosts } from '../../costs/fleet-costs.ts'
import { percent, usd } from '../../costs/usd.ts'
import { ConfigError } from '../config-error.ts'
import { EXIT } from '../exit-code.ts'
import { formatSince } from '../format/age.ts'
import { styleOf } from '../format/health-style.ts'
import { type Cell, formatTable } from '../format/table.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { print, printJson, terminalWidth, withProgress } from '../output.ts'

/** Servers listed unless all are asked for. */
const DEAREST = 30

export function registerCosts(program: Command): void {
  program
    .command('costs')
    .description('spend per server, forecast and budgets of the current month (UTC)')
    .option('--all', `list every server, not only the ${DEAREST} dearest`)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        ['fleetwatch costs', 'every server, dearest first, and the budgets'],
        ['fleetwatch costs --json | jq .budgets', 'exit code 1: a budget is exceeded, 3: nearly, or by forecast'],
      ]),
    )
    .action(async (options: { all?: true; json?: true }) => {
      const now = new Date()
      const costs = await withProgress('reading costs', readCosts(now))
      if (options.json) printJson(costs)
      else print(formatCosts(costs, now, terminalWidth(), { all: options.all ?? false }))
      process.exitCode = exitCodeOf(costs)
    })
}

async function readCosts(now: Date): Promise<FleetCosts> {
  const { findResources } = await import('../../aws/resources.ts')
  const { readCostLook, readMonths } = await import('../../aws/costs-table.ts')
  const { listServers } = await import('../../aws/servers-table.ts')
  const { fleetCosts } = await import('../../costs/fleet-costs.ts')
  const { monthsToRead } = await import('../../costs/record-costs.ts')
  await findResources()
  const look = await readCostLook()
  if (!look) {
    throw new ConfigError('costs have not been looked at yet: fleetwatch does so at 01:20, 07:20, 13:20 and 19:20 UTC')
  }
  return fleetCosts({ months: await readMonths(monthsToRead(now)), servers: await listServers(), look, now })
}

function exitCodeOf({ budgets }: FleetCosts): number {
  if (budgets.some(({ state }) => state === 'exceeded')) return EXIT.unhealthy
  return budgets.every(({ state }) => state === 'within') ? EXIT.healthy : EXIT.degraded
}

/** Costs as text: servers, budgets, and why figures are what they are. */
export function formatCosts(costs: FleetCosts, now: Date, width: number, { all }: { all: boolean }): string {
  const rest = all ? [] : costs.servers.slice(DEAREST)
  const restUsd = rest.reduce((sum, { spend }) => sum + spend.monthToDateUsd, 0)
  const listed = costs.servers.slice(0, costs.servers.length - rest.length)
  const month = now.toLocaleString('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' })
  const right = (title: string) => ({ title, align: 'right' as const })
  const servers = formatTable(
    [
      { title: 'SERVER' },
      right(`${month.toUpperCase()} SO FAR`),
      right('FORECAST'),
      right('A DAY'),
      right(dayTitle(now)),
      { title: 'FROM' },
    ],
    [
      ...listed.map(serverRow),
      ...(rest.length > 0 ? [[`${rest.length} more`, usd(restUsd), '', '', '', '--all lists them']] : []),
      ['all', usd(costs.monthToDateUsd), usd(costs.forecastUsd), '', usd(costs.yesterdayUsd), ''].map(
        (text): Cell => ({ text, style: 'bold' }),
      ),
    ],
    width,
  )
  const budgets = formatTable(
    [
      { title: 'BUDGET' },
      { title: 'OF' },
      right('AMOUNT'),
      right('SPENT'),
      right('USED'),
      right('FORECAST'),
      { title: 'STATE' },
    ],
    costs.budgets.map(({ budget, spentUsd, usedRatio, forecastRatio, state }) => [
      budget.name,
      budget.server ?? 'the fleet',
      usd(budget.amount),
      usd(spentUsd),
      percent(usedRatio),
      percent(forecastRatio),
      { text: state, style: styleOf(state) },
    ]),
    width,
  )
  const asked = costs.fetchedAt
    ? `Cost Explorer asked ${formatSince(costs.fetchedAt, now)}`
    : 'Cost Explorer not asked yet'
  return [
    servers,
    costs.budgets.length > 0 ? budgets : 'No budgets are configured ("budgets:" in fleetwatch.yaml).',
    [
      ...costs.notes.map((note) => `Note: ${note}`),
      `${asked}, tasks counted ${formatSince(costs.lookedAt, now)}.`,
    ].join('\n'),
  ].join('\n\n')
}

function dayTitle(now: Date): string {
  return addDays(dayOf(now), -1)
}

function serverRow({ server, inRegistry, spend }: ServerCosts): Cell[] {
  const from = { cost_explorer: 'Cost Explorer', estimate: 'estimate', none: 'no figures' }[spend.source]
  if (spend.source === 'none') return [server, '–', '–', '–', '–', from]
  return [
    server,
    usd(spend.monthToDateUsd),
    usd(spend.forecastUsd),
    usd(spend.usdPerDay),
    `${usd(spend.yesterday.usd)}${spend.yesterday.provisional ? '*' : ' '}`,
    `${from}${inRegistry ? '' : ', no longer in the fleet'}`,
  ]
}
