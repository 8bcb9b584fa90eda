import { expect, test } from 'vitest'
import { metricsPerServer, withinMetricBudget } from '../../../lib/metrics/metric-budget.ts'
import type { Sample } from '../../../lib/model/sample.ts'

const SAMPLES: Sample[] = [
  { labels: { __name__: 'mcp_deployment_status', deployment: 'docs', team: 'a' }, value: 1 },
  { labels: { __name__: 'mcp_deployment_probe_duration_seconds', deployment: 'docs', phase: 'dns' }, value: 0.1 },
  { labels: { __name__: 'mcp_deployment_probe_duration_seconds', deployment: 'docs', phase: 'total' }, value: 0.2 },
  { labels: { __name__: 'mcp_deployment_tasks', deployment: 'docs', state: 'running' }, value: 2 },
  { labels: { __name__: 'mcp_tool_calls_total', deployment: 'docs', tool: 'x' }, value: 9 },
]

test('only the names of the budget are published, with few dimensions', () => {
  expect(
    withinMetricBudget(SAMPLES, [
      'mcp_deployment_status',
      'mcp_deployment_probe_duration_seconds',
      'mcp_deployment_tasks',
    ]),
  ).toEqual([
    { labels: { __name__: 'mcp_deployment_status', deployment: 'docs' }, value: 1 },
    { labels: { __name__: 'mcp_deployment_probe_duration_seconds', deployment: 'docs' }, value: 0.2 },
    { labels: { __name__: 'mcp_deployment_tasks', deployment: 'docs', state: 'running' }, value: 2 },
  ])
})

test('the price counts a metric per state', () => {
  expect(
    metricsPerServer(['mcp_deployment_status', 'mcp_deployment_probe_duration_seconds', 'mcp_deployment_tasks']),
  ).toBe(5)
})
