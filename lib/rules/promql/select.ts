import type { Matcher } from './expression.ts'
import { compileMatcher } from './matcher.ts'
import { isStaleAt } from './staleness.ts'
import type { Series } from './value.ts'

/** Index of the first time later than `timeMs`. */
export function firstAfter(timestamps: Float64Array, timeMs: number): number {
  let low = 0
  let high = timestamps.length
  // Evaluations look at the newest samples: try the end first.
  if (high > 0 && (timestamps[high - 1] ?? 0) <= timeMs) return high
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((timestamps[middle] ?? 0) > timeMs) high = middle
    else low = middle + 1
  }
  return low
}

/** The sample an instant selector sees at a moment: the newest of the look-back, unless the series has ended. */
export function sampleAt(
  { timestamps, values }: Series,
  timeMs: number,
  lookbackMs: number,
): { timeMs: number; value: number } | undefined {
  const index = firstAfter(timestamps, timeMs) - 1
  const sampleMs = timestamps[index]
  const value = values[index]
  if (sampleMs === undefined || value === undefined || sampleMs <= timeMs - lookbackMs) return undefined
  return isStaleAt(values, index) ? undefined : { timeMs: sampleMs, value }
}

/** Samples of `startMs < t <= endMs` without staleness markers; undefined when there is none. */
export function samplesWithin(
  { timestamps, values }: Series,
  startMs: number,
  endMs: number,
): { times: Float64Array; values: Float64Array } | undefined {
  const from = firstAfter(timestamps, startMs)
  const to = firstAfter(timestamps, endMs)
  if (from >= to) return undefined
  const window = { times: timestamps.subarray(from, to), values: values.subarray(from, to) }
  for (let index = 0; index < window.values.length; index++) {
    if (isStaleAt(window.values, index)) return withoutMarkers(window)
  }
  return window
}

function withoutMarkers(window: { times: Float64Array; values: Float64Array }) {
  const kept = [...window.times.keys()].filter((index) => !isStaleAt(window.values, index))
  if (kept.length === 0) return undefined
  return {
    times: Float64Array.from(kept, (index) => window.times[index] ?? 0),
    values: Float64Array.from(kept, (index) => window.values[index] ?? 0),
  }
}

/**
 * Labels that absent() gives: those the selector fixes to one value. Prometheus looks at matchers that only take series
 * away after the others, and a label that two matchers speak of keeps its value only when the last one is its first `=`.
 */
export function fixedLabels(matchers: readonly Matcher[]): Record<string, string> {
  const needed = new Set(matchers.filter((matcher) => !compileMatcher(matcher)('')).map(({ name }) => name))
  const takesAway = (matcher: Matcher) =>
    !needed.has(matcher.name) || (matcher.op.startsWith('!') && compileMatcher(matcher)(''))
  const fixed: Record<string, string> = {}
  const seen = new Set<string>()
  for (const { name, op, value } of matchers.toSorted((a, b) => Number(takesAway(a)) - Number(takesAway(b)))) {
    if (name === '__name__') continue
    if (op === '=' && !seen.has(name)) {
      seen.add(name)
      if (value !== '') fixed[name] = value
    } else delete fixed[name]
  }
  return fixed
}
