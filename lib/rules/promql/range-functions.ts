import { addTo, meanOf, quantileOf, type Sum } from './float.ts'

/** The samples of one series inside a range, staleness markers taken out; there is at least one. */
export interface Window {
  times: Float64Array
  values: Float64Array
  /** Start (exclusive) and end (inclusive) of the range, in milliseconds. */
  startMs: number
  endMs: number
  rangeSeconds: number
  /** Time of the evaluation step, which an offset or @ moves away from the end of the range. */
  nowMs: number
}

/** Gives the value for one window, or undefined when it has too few samples. `parameter` is the scalar argument. */
type RangeFunction = (window: Window, parameter: number) => number | undefined

const at = (values: Float64Array, index: number) => values[index] ?? Number.NaN
const lastOf = (values: Float64Array) => at(values, values.length - 1)

export const RANGE_FUNCTIONS = new Map<string, RangeFunction>(
  Object.entries({
    avg_over_time: ({ values }) => meanOf(values.length, (index) => at(values, index)),
    changes: ({ values }) =>
      countPairs(values, (before, now) => now !== before && !(Number.isNaN(now) && Number.isNaN(before))),
    count_over_time: ({ values }) => values.length,
    delta: (window) => extrapolated(window, false, false),
    deriv: (window) => (window.values.length < 2 ? undefined : regression(window, at(window.times, 0)).slope),
    first_over_time: ({ values }) => at(values, 0),
    idelta: (window) => instant(window, false),
    increase: (window) => extrapolated(window, true, false),
    irate: (window) => instant(window, true),
    last_over_time: ({ values }) => lastOf(values),
    max_over_time: ({ values }) => extreme(values, (value, best) => value > best),
    min_over_time: ({ values }) => extreme(values, (value, best) => value < best),
    predict_linear: (window, seconds) => {
      if (window.values.length < 2) return undefined
      const { slope, intercept } = regression(window, window.nowMs)
      return slope * seconds + intercept
    },
    present_over_time: () => 1,
    absent_over_time: () => 1,
    quantile_over_time: ({ values }, q) => quantileOf(q, values),
    rate: (window) => extrapolated(window, true, true),
    resets: ({ values }) => countPairs(values, (before, now) => now < before),
    stddev_over_time: ({ values }) => Math.sqrt(variance(values)),
    stdvar_over_time: ({ values }) => variance(values),
    sum_over_time: ({ values }) => sum(values),
  } satisfies Record<string, RangeFunction>),
)

function countPairs(values: Float64Array, counts: (before: number, now: number) => boolean): number {
  let count = 0
  for (let index = 1; index < values.length; index++) {
    if (counts(at(values, index - 1), at(values, index))) count++
  }
  return count
}

function extreme(values: Float64Array, isBetter: (value: number, best: number) => boolean): number {
  let best = at(values, 0)
  for (const value of values) if (isBetter(value, best) || Number.isNaN(best)) best = value
  return best
}

function sum(values: Float64Array): number {
  const total: Sum = { sum: 0, compensation: 0 }
  for (const value of values) addTo(total, value)
  return Number.isFinite(total.sum) || Number.isNaN(total.sum) ? total.sum + total.compensation : total.sum
}

/** Welford's variance with both running values compensated. */
function variance(values: Float64Array): number {
  const mean: Sum = { sum: 0, compensation: 0 }
  const squares: Sum = { sum: 0, compensation: 0 }
  let count = 0
  for (const value of values) {
    count++
    const delta = value - (mean.sum + mean.compensation)
    addTo(mean, delta / count)
    addTo(squares, delta * (value - (mean.sum + mean.compensation)))
  }
  return (squares.sum + squares.compensation) / count
}

/**
 * Difference of the first and last sample, resets of a counter added, stretched to the range's ends when the samples
 * come near them (within 1.1 times their average distance; else by half of that distance).
 */
function extrapolated(window: Window, isCounter: boolean, isRate: boolean): number | undefined {
  const { times, values, startMs, endMs } = window
  const gaps = values.length - 1
  if (gaps < 1) return undefined
  const first = at(values, 0)
  let result = lastOf(values) - first
  if (isCounter) {
    for (let index = 1; index < values.length; index++) {
      const before = at(values, index - 1)
      if (at(values, index) < before) result += before
    }
  }
  const sampled = (lastOf(times) - at(times, 0)) / 1000
  const average = sampled / gaps
  const threshold = average * 1.1
  let toStart = (at(times, 0) - startMs) / 1000
  let toEnd = (endMs - lastOf(times)) / 1000
  if (toStart >= threshold) toStart = average / 2
  // A counter never was below zero, so it is not drawn back beyond the moment it would have been zero.
  if (isCounter) {
    const toZero = result > 0 && first >= 0 ? sampled * (first / result) : toStart
    if (toZero < toStart) toStart = toZero
  }
  if (toEnd >= threshold) toEnd = average / 2
  const factor = sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled
  return result * (isRate ? factor / window.rangeSeconds : factor)
}

/** Difference of the last two samples, for a counter per second and from zero after a reset. */
function instant({ times, values }: Window, isRate: boolean): number | undefined {
  const last = values.length - 1
  if (last < 1) return undefined
  const [before, now] = [at(values, last - 1), at(values, last)]
  const intervalMs = at(times, last) - at(times, last - 1)
  if (intervalMs === 0) return undefined
  const difference = isRate && now < before ? now : now - before
  return isRate ? difference / (intervalMs / 1000) : difference
}

/** Least squares line; `intercept` is its value at `originMs`. */
function regression({ times, values }: Window, originMs: number): { slope: number; intercept: number } {
  const first = at(values, 0)
  const [x, y, xy, xx]: [Sum, Sum, Sum, Sum] = [zero(), zero(), zero(), zero()]
  let isConstant = true
  for (let index = 0; index < values.length; index++) {
    const value = at(values, index)
    if (index > 0 && value !== first) isConstant = false
    const seconds = (at(times, index) - originMs) / 1e3
    addTo(x, seconds)
    addTo(y, value)
    addTo(xy, seconds * value)
    addTo(xx, seconds * seconds)
  }
  if (isConstant) {
    return Number.isFinite(first) || Number.isNaN(first)
      ? { slope: 0, intercept: first }
      : { slope: Number.NaN, intercept: Number.NaN }
  }
  const n = values.length
  const [sumX, sumY, sumXY, sumXX] = [x, y, xy, xx].map((total) => total.sum + total.compensation) as [
    number,
    number,
    number,
    number,
  ]
  const slope = (sumXY - (sumX * sumY) / n) / (sumXX - (sumX * sumX) / n)
  return { slope, intercept: sumY / n - (slope * sumX) / n }
}

const zero = (): Sum => ({ sum: 0, compensation: 0 })
