import type { Labels } from '../../model/sample.ts'
import { filterLabels, NAME, signatureWhere } from './labels.ts'
import { parseBound } from './literals.ts'
import type { VectorSample } from './value.ts'

interface Bucket {
  /** Upper bound, inclusive. */
  bound: number
  /** Observations at or below the bound. */
  count: number
}

/** Counts whose relative distance is below this are equal but for rounding. */
const TOLERANCE = 1e-12
const SMALLEST_NORMAL = 2 ** -1022

/** Buckets of each histogram in a vector, by all labels but `le`; what has no number as `le` is left out. */
function histogramsOf(samples: VectorSample[]): { labels: Labels; buckets: Bucket[] }[] {
  const histograms = new Map<string, { labels: Labels; buckets: Bucket[] }>()
  for (const { labels, value } of samples) {
    const bound = parseBound(labels.le ?? '')
    if (bound === undefined) continue
    const key = signatureWhere(labels, (name) => name !== 'le')
    const histogram = histograms.get(key)
    if (histogram) histogram.buckets.push({ bound, count: value })
    else {
      const kept = filterLabels(labels, (name) => name !== 'le' && name !== NAME)
      histograms.set(key, { labels: kept, buckets: [{ bound, count: value }] })
    }
  }
  return [...histograms.values()]
}

/** `histogram_quantile` over classic buckets. */
export function histogramQuantile(q: number, samples: VectorSample[]): VectorSample[] {
  return histogramsOf(samples).map(({ labels, buckets }) => ({ labels, value: quantileOfBuckets(q, buckets) }))
}

/** `histogram_fraction` over classic buckets. */
export function histogramFraction(lower: number, upper: number, samples: VectorSample[]): VectorSample[] {
  return histogramsOf(samples).map(({ labels, buckets }) => ({ labels, value: fractionOf(lower, upper, buckets) }))
}

function quantileOfBuckets(q: number, unsorted: Bucket[]): number {
  if (Number.isNaN(q)) return Number.NaN
  if (q < 0) return Number.NEGATIVE_INFINITY
  if (q > 1) return Number.POSITIVE_INFINITY
  const buckets = growingBuckets(unsorted)
  const last = buckets?.at(-1)
  if (!buckets || !last || buckets.length < 2 || last.count === 0) return Number.NaN
  const rank = q * last.count
  const found = buckets.slice(0, -1).findIndex(({ count }) => count >= rank)
  const bucket = buckets[found]
  // In the last bucket, which has no end, the best guess is its start.
  if (!bucket) return buckets.at(-2)?.bound ?? Number.NaN
  if (found === 0 && bucket.bound <= 0) return bucket.bound
  const before = buckets[found - 1] ?? { bound: 0, count: 0 }
  return before.bound + (bucket.bound - before.bound) * ((rank - before.count) / (bucket.count - before.count))
}

/** Sorted, equal bounds added up; undefined without a bucket up to +Inf. */
function joinedBuckets(unsorted: Bucket[]): Bucket[] | undefined {
  const sorted = unsorted.toSorted((a, b) => (a.bound < b.bound ? -1 : a.bound > b.bound ? 1 : 0))
  if (sorted.at(-1)?.bound !== Number.POSITIVE_INFINITY) return undefined
  const buckets: Bucket[] = []
  for (const { bound, count } of sorted) {
    const last = buckets.at(-1)
    if (last && last.bound === bound) last.count += count
    else buckets.push({ bound, count })
  }
  return buckets
}

/** Joined buckets whose counts are made to grow, as scrapes in between may have torn them. */
function growingBuckets(unsorted: Bucket[]): Bucket[] | undefined {
  const buckets = joinedBuckets(unsorted)
  if (!buckets) return undefined
  let before = buckets[0]?.count ?? 0
  for (const bucket of buckets.slice(1)) {
    if (bucket.count === before) continue
    if (isAlmostEqual(before, bucket.count) || bucket.count < before) bucket.count = before
    else before = bucket.count
  }
  return buckets
}

function isAlmostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true
  const size = Math.abs(a) + Math.abs(b)
  const difference = Math.abs(a - b)
  if (a === 0 || b === 0 || size < SMALLEST_NORMAL) return difference < TOLERANCE * SMALLEST_NORMAL
  return difference / Math.min(size, Number.MAX_VALUE) < TOLERANCE
}

function fractionOf(lower: number, upper: number, unsorted: Bucket[]): number {
  const buckets = joinedBuckets(unsorted)
  const total = buckets?.at(-1)?.count
  if (!buckets || total === undefined || total === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN
  if (lower >= upper) return 0
  return (Math.min(rankAt(upper, buckets), total) - Math.min(rankAt(lower, buckets), total)) / total
}

/** Observations at or below a value, by linear interpolation inside its bucket; a bucket without end counts as its far side. */
function rankAt(value: number, buckets: Bucket[]): number {
  let start = (buckets[0]?.bound ?? 0) > 0 ? 0 : Number.NEGATIVE_INFINITY
  let before = 0
  for (const { bound, count } of buckets) {
    if (start >= value) return before
    if (bound > value) {
      if (start === Number.NEGATIVE_INFINITY) return count
      return before + ((count - before) * (value - start)) / (bound - start)
    }
    start = bound
    before = count
  }
  return before
}
