import type { Sample } from '../model/sample.ts'
import type { MetricName } from './names.ts'

/** CloudWatch metrics that one name makes per server: a metric per combination of dimensions is billed each. */
const SERIES_PER_SERVER: Partial<Record<MetricName, number>> = {
  mcp_deployment_probe_duration_seconds: 1,
  mcp_deployment_tasks: 3,
}

/** How many CloudWatch metrics each server costs with these names. */
export function metricsPerServer(names: readonly MetricName[]): number {
  return names.reduce((sum, name) => sum + (SERIES_PER_SERVER[name] ?? 1), 0)
}

/**
 * The samples of the metric budget, with only the labels that CloudWatch shall see: `deployment`, and the label that
 * tells a name's series apart. Of the probe's phases only `total` is published.
 */
export function withinMetricBudget(samples: Sample[], names: readonly MetricName[]): Sample[] {
  const wanted = new Set<string>(names)
  return samples.flatMap(({ labels, value }) => {
    const { __name__ = '', deployment, phase, state } = labels
    if (!wanted.has(__name__) || !deployment) return []
    if (phase !== undefined && phase !== 'total') return []
    return { labels: { __name__, deployment, ...(state && { state }) }, value }
  })
}
