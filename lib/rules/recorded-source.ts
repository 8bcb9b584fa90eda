import type { Labels, Sample } from '../model/sample.ts'
import type { Matcher } from './promql/expression.ts'
import { NAME, signatureOf } from './promql/labels.ts'
import { compileMatcher } from './promql/matcher.ts'
import { markStale } from './promql/staleness.ts'
import type { Series, SeriesSource } from './promql/value.ts'

interface Recorded {
  labels: Labels
  atMs: number
  /** Undefined: the series has ended. */
  value: number | undefined
}

/**
 * The samples that are held, and over them what recording rules gave in this evaluation. A recorded series that its
 * rule no longer gives has ended at once, as in Prometheus.
 */
export class RecordedSource implements SeriesSource {
  private readonly base: SeriesSource
  private readonly recorded = new Map<string, Map<string, Recorded>>()

  constructor(base: SeriesSource) {
    this.base = base
  }

  /** Adds what a recording rule gave. Several rules may record series of one name. */
  record(name: string, samples: readonly Sample[], atMs: number): void {
    const before = this.recorded.get(name)
    const now = new Map(before)
    if (!before) {
      const matchers: Matcher[] = [{ name: NAME, op: '=', value: name }]
      for (const { labels } of this.base.select(matchers, atMs - LOOKBACK_MS, atMs)) {
        now.set(signatureOf(labels), { labels, atMs, value: undefined })
      }
    }
    for (const { labels, value } of samples) now.set(signatureOf(labels), { labels, atMs, value })
    this.recorded.set(name, now)
  }

  select(matchers: readonly Matcher[], fromMs: number, toMs: number): Series[] {
    const held = this.base.select(matchers, fromMs, toMs)
    const fresh = this.matching(matchers, toMs)
    if (fresh.size === 0) return held
    const merged = held.map((series) => {
      const signature = signatureOf(series.labels)
      const one = fresh.get(signature)
      fresh.delete(signature)
      return one ? withSample(series, one) : series
    })
    for (const one of fresh.values()) if (one.value !== undefined) merged.push(withSample(EMPTY, one))
    return merged
  }

  private matching(matchers: readonly Matcher[], toMs: number): Map<string, Recorded> {
    const found = new Map<string, Recorded>()
    if (this.recorded.size === 0) return found
    const name = matchers.find((matcher) => matcher.name === NAME && matcher.op === '=')?.value
    const lists = name === undefined ? [...this.recorded.values()] : [this.recorded.get(name)]
    const tests = matchers.map((matcher) => ({ label: matcher.name, matches: compileMatcher(matcher) }))
    for (const [signature, one] of lists.flatMap((list) => [...(list ?? [])])) {
      if (one.atMs > toMs) continue
      if (tests.every(({ label, matches }) => matches(one.labels[label] ?? ''))) found.set(signature, one)
    }
    return found
  }
}

/** A series without a sample for this long is not seen anyway. */
const LOOKBACK_MS = 300_000

const EMPTY = { timestamps: new Float64Array(), values: new Float64Array() }

/** The series with one sample more, in the place of samples of the same time or later. */
function withSample(series: Pick<Series, 'timestamps' | 'values'>, { labels, atMs, value }: Recorded): Series {
  const before = series.timestamps.findIndex((time) => time >= atMs)
  const count = before < 0 ? series.timestamps.length : before
  const timestamps = new Float64Array(count + 1)
  const values = new Float64Array(count + 1)
  timestamps.set(series.timestamps.subarray(0, count))
  values.set(series.values.subarray(0, count))
  timestamps[count] = atMs
  if (value === undefined) markStale(values, count)
  else values[count] = value
  return { labels, timestamps, values }
}
