import type { MetricName } from '../metrics/names.ts'
import type { Sample } from '../model/sample.ts'
import type { FleetCosts } from './fleet-costs.ts'

/** The cost series: per server spend, and every budget with its use. Servers without any figure have no series. */
export function costSamples(costs: FleetCosts): Sample[] {
  const samples: Sample[] = []
  const add = (name: MetricName, labels: Record<string, string>, value: number) =>
    samples.push({ labels: { __name__: name, ...labels }, value })
  for (const { server, labels: own, spend, estimate } of costs.servers) {
    const labels = { ...own, deployment: server }
    if (estimate?.known) add('mcp_deployment_cost_usd_per_day', { ...labels, source: 'estimate' }, estimate.usdPerDay)
    if (spend.source === 'cost_explorer') {
      add('mcp_deployment_cost_usd_per_day', { ...labels, source: 'cost_explorer' }, spend.usdPerDay)
    }
    if (spend.source !== 'none') add('mcp_deployment_cost_usd_month_to_date', labels, spend.monthToDateUsd)
  }
  for (const { budget, usedRatio, forecastRatio } of costs.budgets) {
    const labels = { budget: budget.name, ...(budget.server !== undefined && { deployment: budget.server }) }
    add('fleetwatch_budget_amount_usd', labels, budget.amount)
    add('fleetwatch_budget_used_ratio', labels, usedRatio)
    add('fleetwatch_budget_forecast_ratio', labels, forecastRatio)
  }
  return samples
}
