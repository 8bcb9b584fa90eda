import type { EncodedPart } from '../metrics/block-codec.ts'
import type { RuleGroup } from '../model/rule.ts'
import type { Block, Sample } from '../model/sample.ts'
import { expressionOf } from '../rules/expression-cache.ts'
import { LONGEST_RANGE_MS, RAW_RANGE_MS } from '../rules/limits.ts'
import type { Matcher } from '../rules/promql/expression.ts'
import { sampleAt } from '../rules/promql/select.ts'
import { selectorsOf } from '../rules/promql/selectors-of.ts'
import type { SeriesSource } from '../rules/promql/value.ts'
import { SeriesStore } from '../rules/store/series-store.ts'

/** Spacing of rolled-up samples. */
export const SLOT_MS = 300_000
/** A slot is rolled up so long after its end, when the polls of its last minute have been read. */
const SETTLED_MS = 120_000
const TARGET = 'rolled'

/** Where rolled-up blocks are kept (lib/aws/samples-table.ts). */
export interface RolledTable {
  /** Parts of the days that touch the span; `at` is the end of the slot in milliseconds. */
  readRolled(from: Date, to: Date): Promise<(EncodedPart & { id: string; at: number })[]>
  writeRolled(block: Block, at: Date): Promise<void>
}

/**
 * Series that some rule looks back on for longer than every sample is kept, one sample per five minutes, as if scraped
 * that often. The evaluation itself rolls them up; each slot is written once. Without such rules nothing is kept.
 */
export class RolledSamples {
  private readonly selectors: Matcher[][]
  private readonly table: RolledTable
  private readonly store = new SeriesStore({ retentionMs: LONGEST_RANGE_MS + 2 * SLOT_MS })
  private rolledUntilMs: number | undefined

  constructor(groups: readonly RuleGroup[], table: RolledTable) {
    this.selectors = farSelectors(groups)
    this.table = table
  }

  /** A source that answers far looks from the rolled-up series and all others from `raw`. */
  async over(raw: SeriesStore, now: Date): Promise<SeriesSource> {
    if (this.selectors.length === 0) return raw
    this.rolledUntilMs ??= await this.load(now)
    const settledMs = Math.floor((now.getTime() - SETTLED_MS) / SLOT_MS) * SLOT_MS
    const firstMs = Math.ceil((now.getTime() - RAW_RANGE_MS) / SLOT_MS) * SLOT_MS
    for (let at = Math.max(firstMs, this.rolledUntilMs + SLOT_MS); at <= settledMs; at += SLOT_MS) {
      await this.rollUp(raw, at)
      this.rolledUntilMs = at
    }
    this.store.forget(now.getTime())
    const { store } = this
    const rawFromMs = now.getTime() - RAW_RANGE_MS - SLOT_MS
    return {
      select: (matchers, fromMs, toMs) => (fromMs < rawFromMs ? store : raw).select(matchers, fromMs, toMs),
    }
  }

  private async load(now: Date): Promise<number> {
    let newest = 0
    for (const part of await this.table.readRolled(new Date(now.getTime() - LONGEST_RANGE_MS - SLOT_MS), now)) {
      this.store.addPart(part.id, part)
      newest = Math.max(newest, part.at)
    }
    return newest
  }

  private async rollUp(raw: SeriesStore, at: number): Promise<void> {
    const samples = new Map<string, Sample>()
    for (const matchers of this.selectors) {
      for (const series of raw.select(matchers, at - SLOT_MS, at)) {
        const seen = sampleAt(series, at, SLOT_MS)
        if (seen !== undefined) samples.set(JSON.stringify(series.labels), { labels: series.labels, value: seen.value })
      }
    }
    const observation = { target: TARGET, at, samples: [...samples.values()] }
    const block = {
      minute: new Date(at).toISOString().slice(0, 10),
      source: TARGET,
      batch: String(at),
      observations: [observation],
    }
    await this.table.writeRolled(block, new Date(at))
    this.store.addSamples(observation.samples, at, TARGET)
  }
}

/** Matchers of the selectors that look further back than raw samples are kept. */
function farSelectors(groups: readonly RuleGroup[]): Matcher[][] {
  const far = groups.flatMap(({ rules }) =>
    rules.flatMap(({ expr }) =>
      selectorsOf(expressionOf(expr))
        .filter(({ longestMs }) => longestMs > RAW_RANGE_MS + SLOT_MS)
        .map(({ matchers }) => matchers),
    ),
  )
  return [...new Map(far.map((matchers) => [JSON.stringify(matchers), matchers])).values()]
}
