import { didYouMean } from '../config/suggest.ts'
import type { CostLook } from '../model/cost.ts'
import { addDays } from './calendar.ts'
import type { FleetCosts, ServerCosts } from './fleet-costs.ts'
import { PRICES_AS_OF } from './prices.ts'
import { usd } from './usd.ts'

const OLD_AFTER_MS = 12 * 3_600_000

/**
 * Says in sentences why figures are missing, small or may still change: above all why a bill shows $0 for servers that
 * run, which is nearly always a tag that is not activated or not on the tasks.
 */
export function explainCosts(costs: Omit<FleetCosts, 'notes'>, { tag, pricing }: CostLook): string[] {
  const price = pricing.own ? 'the configured price' : `list price of ${PRICES_AS_OF}`
  const estimated = costs.servers.filter(({ spend }) => spend.source === 'estimate')
  const isNew = ({ spend }: ServerCosts) => (spend.firstDay ?? '') >= addDays(costs.at.slice(0, 10), -1)
  return [
    ...(costs.fetchedAt === undefined
      ? [`Cost Explorer has not answered yet: every figure is an estimate from task size and ${price}.`]
      : [
          ...tooNew(estimated.filter(isNew)),
          ...untaggedServers(
            estimated.filter((server) => !isNew(server)),
            tag,
            price,
          ),
        ]),
    ...untaggedSpend(costs.untaggedEcsUsd, tag),
    ...budgetsOfNobody(costs),
    ...oldFigures(costs),
    ...withoutEstimate(costs.servers),
    ...provisionalDay(costs.servers),
  ]
}

function tooNew(servers: ServerCosts[]): string[] {
  if (servers.length === 0) return []
  return [`${listed(servers.map(nameOf))}: estimated, since Cost Explorer shows usage up to a day late.`]
}

function untaggedServers(servers: ServerCosts[], tag: string, price: string): string[] {
  if (servers.length === 0) return []
  const perDay = servers.reduce((sum, { spend }) => sum + spend.usdPerDay, 0)
  return [
    `Cost Explorer shows $0 under the tag ${tag} for ${listed(servers.map(nameOf))}, though their tasks cost about ${usd(perDay)} a day by ${price}; the estimate is used. ` +
      `Activate ${tag} as a cost allocation tag (Billing console, takes up to 24 h) and put it on the tasks (propagateTags: SERVICE).`,
  ]
}

function untaggedSpend(untaggedEcsUsd: number, tag: string): string[] {
  if (untaggedEcsUsd < 0.01) return []
  return [`${usd(untaggedEcsUsd)} of this month's ECS spend carries no tag ${tag} and is in no server's figure.`]
}

function withoutEstimate(servers: ServerCosts[]): string[] {
  const byReason = new Map<string, string[]>()
  for (const { server, estimate, spend } of servers) {
    if (spend.source === 'none' && estimate && !estimate.known)
      byReason.set(estimate.why, [...(byReason.get(estimate.why) ?? []), server])
  }
  return [...byReason].map(([why, names]) => `No estimate for ${listed(names)}: ${why}.`)
}

function provisionalDay(servers: ServerCosts[]): string[] {
  const found = servers.find(({ spend }) => spend.source === 'cost_explorer' && spend.yesterday.provisional)
  if (!found) return []
  return [`${found.spend.yesterday.day} is provisional: AWS completes a day's figures up to 24 h after its end.`]
}

/** A budget for a server that does not exist never alerts: most likely its name is misspelt. */
function budgetsOfNobody({ budgets, servers }: Omit<FleetCosts, 'notes'>): string[] {
  const known = servers.map(nameOf)
  return budgets.flatMap(({ budget: { name, server } }) =>
    server === undefined || known.includes(server)
      ? []
      : [`Budget ${name} is for a server "${server}" that is not in the fleet${didYouMean(server, known)}`],
  )
}

/** Costs are looked at every 6 hours; twice that without a look or an answer is a fault somebody must see. */
function oldFigures({ at, lookedAt, fetchedAt }: Omit<FleetCosts, 'notes'>): string[] {
  const isOld = (moment: string) => Date.parse(at) - Date.parse(moment) > OLD_AFTER_MS
  const utc = (moment: string) => `${moment.slice(0, 16).replace('T', ' ')} UTC`
  if (isOld(lookedAt)) return [`These figures are old: track-costs last ran ${utc(lookedAt)}; its log says why.`]
  if (fetchedAt === undefined || !isOld(fetchedAt)) return []
  return [
    `Cost Explorer last answered ${utc(fetchedAt)}; the log of track-costs says why. Newer days are missing or estimated.`,
  ]
}

function nameOf({ server }: ServerCosts): string {
  return server
}

/** `a, b and c`; of many the first five and how many more. */
function listed(names: string[]): string {
  if (names.length > 6) return `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '')
}
