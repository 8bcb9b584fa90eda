import { type DecodedPart, decodePart, type EncodedPart } from '../../metrics/block-codec.ts'
import type { Block, Labels, Sample } from '../../model/sample.ts'
import type { Matcher } from '../promql/expression.ts'
import { NAME, signatureOf } from '../promql/labels.ts'
import { compileMatcher } from '../promql/matcher.ts'
import type { Series, SeriesSource } from '../promql/value.ts'
import { GrowingTimes, HeldSeries, type HeldTarget } from './held-series.ts'

/**
 * The samples a warm function holds. Blocks never change, so each is added once, by its id, and forgotten when its
 * samples are older than the retention. A series ends when its target is looked at and lacks it; a target that is no
 * longer looked at leaves its series to the look-back of the selectors.
 */
export class SeriesStore implements SeriesSource {
  private readonly retentionMs: number
  private readonly byLabels = new Map<string, HeldSeries>()
  private readonly byName = new Map<string, Set<HeldSeries>>()
  private readonly targets = new Map<string, HeldTarget>()
  /** Ids of what was added, with the time their retention counts from. */
  private readonly added = new Map<string, number>()
  /** Series of a key list, found once. */
  private listed = new Map<string, HeldSeries[][]>()
  private forgottenUntilMs = Number.NEGATIVE_INFINITY

  /** `retentionMs`: how far back samples are kept: the longest range of any rule and its look-back. */
  constructor(options: { retentionMs: number }) {
    this.retentionMs = options.retentionMs
  }

  /** Number of series with samples. */
  get size(): number {
    return this.byLabels.size
  }

  /** Whether the block or part with this id is held, so that it need not be read again. */
  has(id: string): boolean {
    return this.added.has(id)
  }

  /** Adds one stored part of a block; the same id again changes nothing. */
  addPart(id: string, part: EncodedPart): void {
    if (this.added.has(id)) return
    const decoded = decodePart(part)
    const series = this.seriesOf(decoded)
    let next = 0
    let newestMs = Number.NEGATIVE_INFINITY
    for (const [index, { target }] of decoded.keys.entries()) {
      const atMs = decoded.values[next++] ?? 0
      newestMs = Math.max(newestMs, atMs)
      const isKept = atMs > this.forgottenUntilMs
      if (isKept) this.targetOf(target).times.add(atMs)
      for (const one of series[index] ?? []) {
        const value = decoded.values[next++] ?? Number.NaN
        if (isKept) one.add(atMs, value)
      }
    }
    this.added.set(id, newestMs)
  }

  /** Adds a block that is at hand; the same (minute, source, batch) again changes nothing. */
  addBlock(block: Block): void {
    const id = `${block.minute}#${block.source}#${block.batch}`
    if (this.added.has(id)) return
    for (const { target, at, samples } of block.observations) this.addSamples(samples, at, target)
    this.added.set(id, Math.max(Date.parse(`${block.minute}:59.999Z`), ...block.observations.map(({ at }) => at)))
  }

  /**
   * Adds samples that the caller stamps: series that change seldom, or those a recording rule gave. What the target had
   * at an earlier time and lacks now has ended; so each rule and each table is a target of its own.
   */
  addSamples(samples: readonly Sample[], atMs: number, target: string): void {
    if (atMs <= this.forgottenUntilMs) return
    const held = this.targetOf(target)
    held.times.add(atMs)
    for (const { labels, value } of samples) this.hold(labels, held).add(atMs, value)
  }

  /** Forgets what no evaluation at `nowMs` or later can see. */
  forget(nowMs: number): void {
    const untilMs = nowMs - this.retentionMs
    this.forgottenUntilMs = Math.max(this.forgottenUntilMs, untilMs)
    for (const [key, series] of this.byLabels) {
      series.dropUntil(untilMs)
      if (series.isEmpty) this.remove(key, series)
    }
    for (const [name, { times }] of this.targets) {
      times.dropUntil(untilMs)
      if (times.count === 0) this.targets.delete(name)
    }
    for (const [id, newestMs] of this.added) if (newestMs <= untilMs) this.added.delete(id)
  }

  select(matchers: readonly Matcher[], fromMs: number, toMs: number): Series[] {
    const name = matchers.find((matcher) => matcher.name === NAME && matcher.op === '=')
    const candidates = name ? (this.byName.get(name.value) ?? []) : this.byLabels.values()
    const tests = matchers
      .filter((matcher) => matcher !== name)
      .map((matcher) => ({ label: matcher.name, matches: compileMatcher(matcher) }))
    const found: Series[] = []
    for (const series of candidates) {
      if (series.lastMs <= fromMs || series.firstMs > toMs) continue
      if (tests.every(({ label, matches }) => matches(series.labels[label] ?? ''))) found.push(series.read())
    }
    return found
  }

  private seriesOf({ keys, keysHash }: DecodedPart): HeldSeries[][] {
    let series = this.listed.get(keysHash)
    if (!series) {
      series = keys.map(({ target, series: labels }) => {
        const held = this.targetOf(target)
        return labels.map((one) => this.hold(one, held))
      })
      this.listed.set(keysHash, series)
    }
    return series
  }

  private targetOf(name: string): HeldTarget {
    let target = this.targets.get(name)
    if (!target) {
      target = { times: new GrowingTimes() }
      this.targets.set(name, target)
    }
    return target
  }

  private hold(labels: Labels, target: HeldTarget): HeldSeries {
    const key = signatureOf(labels)
    let series = this.byLabels.get(key)
    if (!series) {
      series = new HeldSeries(labels, target)
      this.byLabels.set(key, series)
      const name = labels[NAME] ?? ''
      const named = this.byName.get(name)
      if (named) named.add(series)
      else this.byName.set(name, new Set([series]))
    }
    return series
  }

  private remove(key: string, series: HeldSeries): void {
    this.byLabels.delete(key)
    const name = series.labels[NAME] ?? ''
    const named = this.byName.get(name)
    named?.delete(series)
    if (named?.size === 0) this.byName.delete(name)
    // Lists hold the series themselves; they are looked up anew.
    this.listed = new Map()
  }
}
