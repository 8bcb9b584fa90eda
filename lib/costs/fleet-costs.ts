import { type CostLook, type ServerMonth, UNTAGGED } from '../model/cost.ts'
import type { Server } from '../model/server.ts'
import { type BudgetUse, budgetUse } from './budget-use.ts'
import { type Estimate, storedEstimate } from './estimate.ts'
import { explainCosts } from './explain-costs.ts'
import { type Spend, spendOf } from './spend.ts'

/** What one server costs; `inRegistry` is false for a server that is gone but was paid for this month. */
export interface ServerCosts {
  server: string
  inRegistry: boolean
  labels: Readonly<Record<string, string>>
  spend: Spend
  /** What its running tasks cost now; absent for a server that is gone. */
  estimate?: Estimate
}

/** The fleet's costs at one moment: what the report, the CLI and the cost series show. All amounts in USD. */
export interface FleetCosts {
  at: string
  /** When tasks were last counted. */
  lookedAt: string
  /** When Cost Explorer was last asked; absent when it never was. */
  fetchedAt?: string
  servers: ServerCosts[]
  budgets: BudgetUse[]
  monthToDateUsd: number
  forecastUsd: number
  yesterdayUsd: number
  /** Spend of the month on ECS that carries no tag, so that no server can be named for it. */
  untaggedEcsUsd: number
  /** Sentences for people: why a figure is missing, small or may still change. */
  notes: string[]
}

export const ECS_SERVICE = 'Amazon Elastic Container Service'

/** Joins the stored months, the registry and the last look into one picture of the moment. Pure; dearest server first. */
export function fleetCosts(given: {
  months: readonly ServerMonth[]
  servers: readonly Server[]
  look: CostLook
  now: Date
}): FleetCosts {
  const { months, servers, look, now } = given
  const registry = new Map(servers.map((server) => [server.deployment, server]))
  const monthsOf = Map.groupBy(months, (month) => month.server)
  const names = new Set([...registry.keys(), ...monthsOf.keys()])
  names.delete(UNTAGGED)
  const all = [...names].map((name): ServerCosts => {
    const server = registry.get(name)
    const own = monthsOf.get(name) ?? []
    return {
      server: name,
      inRegistry: server !== undefined,
      labels: server?.labels ?? {},
      spend: spendOf(own, now),
      ...(server && { estimate: storedEstimate(server, own, look.pricing) }),
    }
  })
  const shown = all.filter(({ inRegistry, spend }) => inRegistry || spend.monthToDateUsd > 0)
  const byCost = shown.sort(
    (a, b) => b.spend.monthToDateUsd - a.spend.monthToDateUsd || a.server.localeCompare(b.server),
  )
  const spends = new Map(byCost.map(({ server, spend }) => [server, spend]))
  const total = (pick: (spend: Spend) => number) => byCost.reduce((sum, { spend }) => sum + pick(spend), 0)
  const untagged = spendOf(monthsOf.get(UNTAGGED) ?? [], now)
  const costs = {
    at: now.toISOString(),
    lookedAt: look.at,
    ...(look.fetchedAt && { fetchedAt: look.fetchedAt }),
    servers: byCost,
    budgets: budgetUse(look.budgets, spends),
    monthToDateUsd: total((spend) => spend.monthToDateUsd),
    forecastUsd: total((spend) => spend.forecastUsd),
    yesterdayUsd: total((spend) => spend.yesterday.usd),
    untaggedEcsUsd: untagged.services[ECS_SERVICE] ?? 0,
  }
  return { ...costs, notes: explainCosts(costs, look) }
}
