import type { FleetCosts } from './fleet-costs.ts'
import { PRICES_AS_OF } from './prices.ts'
import { usd } from './usd.ts'

/**
 * Says in sentences why figures are missing, small or may still change: above all why a bill shows $0 for servers that
 * run, which is nearly always a tag that is not activated or not on the tasks.
 */
export function explainCosts(costs: Omit<FleetCosts, 'notes'>, tag: string): string[] {
  const notes: string[] = []
  const { servers, fetchedAt } = costs
  const estimated = servers.filter(({ spend }) => spend.source === 'estimate')
  const withoutPrice = servers.flatMap(({ server, estimate }) =>
    estimate && !estimate.known ? [{ server, why: estimate.why }] : [],
  )
  if (fetchedAt === undefined) {
    notes.push('Cost Explorer has not been asked yet: every figure is an estimate from task size and price.')
  } else if (estimated.length > 0) {
    const names = listed(estimated.map(({ server }) => server))
    const perDay = estimated.reduce((sum, { spend }) => sum + spend.usdPerDay, 0)
    notes.push(
      `Cost Explorer shows $0 under the tag ${tag} for ${names}, though their tasks cost about ${usd(perDay)} a day by list price of ${PRICES_AS_OF}; the estimate is used. ` +
        `Activate ${tag} as a cost allocation tag (Billing console, takes up to 24 h) and put it on the tasks (propagateTags: SERVICE).`,
    )
  }
  if (costs.untaggedEcsUsd >= 0.01) {
    notes.push(
      `${usd(costs.untaggedEcsUsd)} of this month's ECS spend carries no tag ${tag} and is in no server's figure.`,
    )
  }
  for (const [why, names] of groupBy(withoutPrice)) notes.push(`No estimate for ${listed(names)}: ${why}.`)
  const provisional = servers.find(({ spend }) => spend.source === 'cost_explorer' && spend.yesterday.provisional)
  if (provisional) {
    notes.push(
      `${provisional.spend.yesterday.day} is provisional: AWS completes a day's figures up to 24 h after its end.`,
    )
  }
  return notes
}

/** `a, b and c`; of many the first five and how many more. */
function listed(names: string[]): string {
  if (names.length > 6) return `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '')
}

function groupBy(items: { server: string; why: string }[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { server, why } of items) groups.set(why, [...(groups.get(why) ?? []), server])
  return groups
}
