import type { Budget } from '../model/budget.ts'
import type { Spend } from './spend.ts'

/** A budget against the spend of the current month. Ratios: 1 = the whole amount. */
export interface BudgetUse {
  budget: Budget
  spentUsd: number
  forecastUsd: number
  usedRatio: number
  forecastRatio: number
  state: 'within' | 'warning' | 'exceeded' | 'forecast to exceed'
}

/** Part of a budget from which a report warns; alert rules choose their own. */
export const WARNING_RATIO = 0.8

/** Holds every budget against what its server, or the whole fleet, spent. A server without figures counts as zero. */
export function budgetUse(budgets: readonly Budget[], spends: ReadonlyMap<string, Spend>): BudgetUse[] {
  return budgets.map((budget) => {
    const spent = budget.server === undefined ? [...spends.values()] : [spends.get(budget.server)].filter((s) => !!s)
    const spentUsd = spent.reduce((sum, spend) => sum + spend.monthToDateUsd, 0)
    const forecastUsd = spent.reduce((sum, spend) => sum + spend.forecastUsd, 0)
    const usedRatio = spentUsd / budget.amount
    const forecastRatio = forecastUsd / budget.amount
    return { budget, spentUsd, forecastUsd, usedRatio, forecastRatio, state: stateOf(usedRatio, forecastRatio) }
  })
}

function stateOf(usedRatio: number, forecastRatio: number): BudgetUse['state'] {
  if (usedRatio > 1) return 'exceeded'
  if (forecastRatio > 1) return 'forecast to exceed'
  return usedRatio >= WARNING_RATIO ? 'warning' : 'within'
}
