/**
 * A sum with its compensation (Kahan's summation with Neumaier's improvement), as Prometheus sums samples: the rounding
 * errors of each step are kept apart and added at the end.
 */
export interface Sum {
  sum: number
  compensation: number
}

export function addTo(total: Sum, value: number): void {
  const sum = total.sum + value
  if (sum === Number.POSITIVE_INFINITY || sum === Number.NEGATIVE_INFINITY) total.compensation = 0
  else if (Math.abs(total.sum) >= Math.abs(value)) total.compensation += total.sum - sum + value
  else total.compensation += value - sum + total.sum
  total.sum = sum
}

/**
 * Mean of values in order, at least one: their sum divided, or, when the sum would overflow, a mean carried along.
 */
export function meanOf(count: number, at: (index: number) => number): number {
  const total: Sum = { sum: at(0), compensation: 0 }
  for (let index = 1; index < count; index++) {
    const before = { ...total }
    addTo(total, at(index))
    if (Number.isFinite(total.sum) || Number.isNaN(total.sum)) continue
    return runningMean(before, index, count, at)
  }
  return total.sum / count + total.compensation / count
}

function runningMean(before: Sum, first: number, count: number, at: (index: number) => number): number {
  const mean: Sum = { sum: before.sum / first, compensation: before.compensation / first }
  for (let index = first; index < count; index++) {
    const seen = index + 1
    const share = (seen - 1) / seen
    mean.sum *= share
    mean.compensation *= share
    addTo(mean, at(index) / seen)
  }
  return mean.sum + mean.compensation
}

/** Order of sort() and quantiles: NaN before everything. */
export function compareNanFirst(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1
  if (Number.isNaN(b)) return 1
  return a < b ? -1 : a > b ? 1 : 0
}

/** The q-quantile by linear interpolation between neighbours; out of [0, 1] it is infinite. Sorts a copy. */
export function quantileOf(q: number, values: ArrayLike<number>): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN
  if (q < 0) return Number.NEGATIVE_INFINITY
  if (q > 1) return Number.POSITIVE_INFINITY
  const sorted = Array.from(values).sort(compareNanFirst)
  const rank = q * (sorted.length - 1)
  const lower = Math.max(0, Math.floor(rank))
  const upper = Math.min(sorted.length - 1, lower + 1)
  const weight = rank - Math.floor(rank)
  return (sorted[lower] ?? Number.NaN) * (1 - weight) + (sorted[upper] ?? Number.NaN) * weight
}

/** Go's math.Max: NaN wins, except over +Inf. */
export function goMax(a: number, b: number): number {
  return a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : Math.max(a, b)
}

/** Go's math.Min: NaN wins, except over -Inf. */
export function goMin(a: number, b: number): number {
  return a === Number.NEGATIVE_INFINITY || b === Number.NEGATIVE_INFINITY ? Number.NEGATIVE_INFINITY : Math.min(a, b)
}

/** A value in decimal without an exponent, shortest form: Go's FormatFloat(v, 'f', -1, 64). */
export function formatPlain(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  const [mantissa = '', exponent] = text.split('e')
  if (exponent === undefined) return text
  const negative = mantissa.startsWith('-')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  // JavaScript writes an exponent only below 1e-6 and from 1e21 on: the point never falls between the digits.
  const plain = point <= 0 ? `0.${'0'.repeat(-point)}${digits}` : digits.padEnd(point, '0')
  return negative ? `-${plain}` : plain
}
