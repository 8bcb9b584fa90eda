import type { CanaryResult } from '../../model/canary-memory.ts'
import type { Labels, Sample } from '../../model/sample.ts'

/** The series of all canaries; one that was skipped has none, so `absent()` and the verdict's notice tell. */
export function canarySamples(results: readonly CanaryResult[], own: Labels): Sample[] {
  return results
    .filter(({ outcome }) => outcome !== 'skipped')
    .flatMap(({ canary, tool, outcome, at, durationMs }) => {
      const sample = (name: string, value: number): Sample => ({
        labels: { ...own, tool, canary, __name__: name },
        value,
      })
      return [
        sample('mcp_deployment_canary_success', outcome === 'passed' ? 1 : 0),
        sample('mcp_deployment_canary_timestamp_seconds', Date.parse(at) / 1000),
        ...(durationMs === undefined ? [] : [sample('mcp_deployment_canary_duration_seconds', durationMs / 1000)]),
      ]
    })
}
