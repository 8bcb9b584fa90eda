import type { EncodedPart } from '../metrics/block-codec.ts'
import type { MetricName } from '../metrics/names.ts'
import type { Sample } from '../model/sample.ts'
import type { RuleFailure } from '../rules/evaluation.ts'
import { RAW_RANGE_MS } from '../rules/limits.ts'
import { SeriesStore } from '../rules/store/series-store.ts'

/** PromQL's look-back: how old the newest sample of a series may be. */
const LOOKBACK_MS = 5 * 60_000
const MINUTE_MS = 60_000
/** A minute is read at every evaluation until so long after its end, since polls of it may still be under way. */
const OPEN_MS = 2 * MINUTE_MS
/** Once more after this, for polls that SQS had to deliver again. */
const LATE_MS = 6 * MINUTE_MS

interface Part extends EncodedPart {
  id: string
}
type ReadParts = (from: Date, to: Date, skip: (minute: string) => boolean) => Promise<Part[]>

/** When servers were last seen, and how they were. */
export interface LastSeen {
  /** Milliseconds of each server's newest sample. */
  at: Map<string, number>
  /** Servers with a sample inside the look-back. */
  recently: Set<string>
  /** Their newest statuses (1, 0.5, 0, -1). */
  statuses: number[]
}

/**
 * Samples that a warm function keeps between evaluations. A cold one reads over an hour of blocks, a warm one the
 * minutes that may have grown since.
 */
export class HeldSamples {
  private readonly readParts: ReadParts
  private readonly store = new SeriesStore({ retentionMs: RAW_RANGE_MS + LOOKBACK_MS })
  private readonly readAt = new Map<string, number>()
  private readonly failures = new Map<string, { failure: RuleFailure; count: number }>()

  constructor(readParts: ReadParts) {
    this.readParts = readParts
  }

  /** The samples up to `now`, with what was written since the last call. */
  async upTo(now: Date): Promise<SeriesStore> {
    const nowMs = now.getTime()
    const from = new Date(nowMs - RAW_RANGE_MS - LOOKBACK_MS)
    const read = new Set<string>()
    const parts = await this.readParts(from, now, (minute) => {
      if (!this.isOpen(minute, nowMs)) return true
      read.add(minute)
      return false
    })
    for (const part of parts) this.store.addPart(part.id, part)
    for (const minute of read) this.readAt.set(minute, nowMs)
    for (const minute of this.readAt.keys()) if (endOf(minute) < from.getTime()) this.readAt.delete(minute)
    this.store.forget(nowMs)
    return this.store
  }

  /** When and how each server was seen last, by its status series. */
  lastSeen(now: Date): LastSeen {
    const nowMs = now.getTime()
    const seen: LastSeen = { at: new Map(), recently: new Set(), statuses: [] }
    for (const { labels, timestamps, values } of this.store.select(named('mcp_deployment_status'), 0, nowMs)) {
      const [at, status, server] = [timestamps.at(-1), values.at(-1), labels.deployment]
      if (at === undefined || status === undefined || server === undefined) continue
      seen.at.set(server, Math.max(at, seen.at.get(server) ?? 0))
      if (at <= nowMs - LOOKBACK_MS || Number.isNaN(status)) continue
      seen.recently.add(server)
      seen.statuses.push(status)
    }
    // A poll without network of its own has looked, but seen nothing: no alert ends by it.
    for (const { labels, timestamps, values } of this.store.select(named('fleetwatch_monitor_offline'), 0, nowMs)) {
      const isOffline = (timestamps.at(-1) ?? 0) > nowMs - LOOKBACK_MS && values.at(-1) === 1
      if (isOffline && labels.deployment) seen.recently.delete(labels.deployment)
    }
    return seen
  }

  /** Counts failed rules; gives the counters of all that ever failed in this function's life. */
  countFailures(failures: readonly RuleFailure[]): Sample[] {
    for (const failure of failures) {
      const key = JSON.stringify([failure.group, failure.rule])
      this.failures.set(key, { failure, count: (this.failures.get(key)?.count ?? 0) + 1 })
    }
    const name: MetricName = 'fleetwatch_rule_evaluation_failures_total'
    return [...this.failures.values()].map(({ failure, count }) => ({
      labels: { __name__: name, rule_group: failure.group, rule: failure.rule },
      value: count,
    }))
  }

  private isOpen(minute: string, nowMs: number): boolean {
    const readAt = this.readAt.get(minute)
    if (readAt === undefined) return true
    const end = endOf(minute)
    return readAt < end + OPEN_MS || (readAt < end + LATE_MS && nowMs >= end + LATE_MS)
  }
}

const named = (value: MetricName) => [{ name: '__name__', op: '=' as const, value }]

function endOf(minute: string): number {
  return Date.parse(`${minute}:00Z`) + MINUTE_MS
}
