import type { OperationHistogram } from '../model/probe-memory.ts'
import type { Labels, Sample } from '../model/sample.ts'

/** Upper bounds in seconds that OpenTelemetry prescribes for `mcp.client.operation.duration`. */
const BOUNDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] as const
/** Error types come from servers; more than these are counted together. */
const MAX_ERROR_TYPES = 5
const OTHER = '_OTHER'
/** Stands for no error; DynamoDB takes no empty name. */
const NONE = '-'

/** One `tools/list` as the probe saw it; `errorType` after OpenTelemetry's `error.type`. */
export interface Operation {
  seconds: number
  errorType?: string
}

/** The histogram with one more operation in it. */
export function observeOperation(before: OperationHistogram | undefined, operation: Operation): OperationHistogram {
  const known = before ?? {}
  const wanted = operation.errorType ?? NONE
  const type = wanted in known || wanted === NONE || Object.keys(known).length <= MAX_ERROR_TYPES ? wanted : OTHER
  const { counts, sum } = known[type] ?? { counts: Array<number>(BOUNDS.length + 1).fill(0), sum: 0 }
  const bucket = BOUNDS.findIndex((bound) => operation.seconds <= bound)
  const at = bucket < 0 ? BOUNDS.length : bucket
  return {
    ...known,
    [type]: { counts: counts.map((count, index) => (index === at ? count + 1 : count)), sum: sum + operation.seconds },
  }
}

/** Series of the histogram as Prometheus has them: cumulated `_bucket`s with `le`, `_sum` and `_count`. */
export function histogramSamples(histogram: OperationHistogram, own: Labels): Sample[] {
  const name = 'mcp_client_operation_duration_seconds'
  return Object.entries(histogram).flatMap(([errorType, { counts, sum }]) => {
    const labels = { ...own, mcp_method_name: 'tools/list', ...(errorType !== NONE && { error_type: errorType }) }
    let total = 0
    const buckets = counts.map((count, index): Sample => {
      total += count
      const le = BOUNDS[index] === undefined ? '+Inf' : String(BOUNDS[index])
      return { labels: { __name__: `${name}_bucket`, ...labels, le }, value: total }
    })
    return [
      ...buckets,
      { labels: { __name__: `${name}_sum`, ...labels }, value: sum },
      { labels: { __name__: `${name}_count`, ...labels }, value: total },
    ]
  })
}
