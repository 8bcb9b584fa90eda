import type { Labels } from '../../model/sample.ts'
import { markStale } from '../promql/staleness.ts'
import type { Series } from '../promql/value.ts'

/** When a target was looked at; a series it had before and lacks at such a moment has ended. */
export interface HeldTarget {
  readonly times: GrowingTimes
}

/** Times in ascending order, each once. */
export class GrowingTimes {
  private times = new Float64Array(8)
  private start = 0
  private end = 0
  /** Changes with each added time. */
  version = 0

  get count(): number {
    return this.end - this.start
  }

  view(): Float64Array {
    return this.times.subarray(this.start, this.end)
  }

  /** Adds a time; false when it is there already. */
  add(timeMs: number): boolean {
    this.version++
    const last = this.end > this.start ? (this.times[this.end - 1] ?? 0) : Number.NEGATIVE_INFINITY
    if (timeMs > last) {
      this.makeRoom()
      this.times[this.end++] = timeMs
      return true
    }
    const view = this.view()
    const index = view.findIndex((time) => time >= timeMs)
    if (view[index] === timeMs) return false
    this.makeRoom()
    const at = this.start + index
    this.times.copyWithin(at + 1, at, this.end++)
    this.times[at] = timeMs
    return true
  }

  dropUntil(timeMs: number): void {
    while (this.start < this.end && (this.times[this.start] ?? 0) <= timeMs) this.start++
  }

  private makeRoom(): void {
    if (this.end < this.times.length) return
    const kept = this.view()
    const room = new Float64Array(Math.max(8, kept.length * 2))
    room.set(kept)
    this.times = room
    this.end = kept.length
    this.start = 0
  }
}

/** Samples of an hour of minutes and some: growing in small steps would leave thousands of dead arrays behind. */
const FIRST_ROOM = 72

/**
 * Samples of one series as they came. Where its target was looked at and the series was missing, the series that
 * selectors see has a staleness marker; it is worked out on reading, so that blocks may come in any order.
 */
export class HeldSeries {
  readonly labels: Labels
  readonly target: HeldTarget
  private times: Float64Array
  private values: Float64Array
  private start = 0
  private end = 0
  private seen: { version: number; series: Series } | undefined

  constructor(labels: Labels, target: HeldTarget) {
    this.labels = labels
    this.target = target
    const room = new Float64Array(2 * FIRST_ROOM)
    this.times = room.subarray(0, FIRST_ROOM)
    this.values = room.subarray(FIRST_ROOM)
  }

  get isEmpty(): boolean {
    return this.start === this.end
  }

  get lastMs(): number {
    return this.isEmpty ? Number.NEGATIVE_INFINITY : (this.times[this.end - 1] ?? 0)
  }

  get firstMs(): number {
    return this.isEmpty ? Number.POSITIVE_INFINITY : (this.times[this.start] ?? 0)
  }

  /** Adds a sample; of two with the same time the first stays. */
  add(timeMs: number, value: number): void {
    let at = this.end
    while (at > this.start && (this.times[at - 1] ?? 0) >= timeMs) at--
    if (at < this.end && this.times[at] === timeMs) return
    const index = at - this.start
    this.makeRoom()
    const place = this.start + index
    if (place < this.end) {
      this.times.copyWithin(place + 1, place, this.end)
      this.values.copyWithin(place + 1, place, this.end)
    }
    this.times[place] = timeMs
    this.values[place] = value
    this.end++
    this.seen = undefined
  }

  dropUntil(timeMs: number): void {
    if (this.firstMs > timeMs) return
    while (this.start < this.end && (this.times[this.start] ?? 0) <= timeMs) this.start++
    this.seen = undefined
  }

  /** The series with its staleness markers. */
  read(): Series {
    const { times: observed } = this.target
    if (this.seen?.version === observed.version) return this.seen.series
    const series = this.withMarkers(observed.view())
    this.seen = { version: observed.version, series }
    return series
  }

  private withMarkers(observed: Float64Array): Series {
    const timestamps = this.times.subarray(this.start, this.end)
    const values = this.values.subarray(this.start, this.end)
    const endings = endingsOf(timestamps, observed)
    if (endings.length === 0) return { labels: this.labels, timestamps, values }
    const merged = {
      labels: this.labels,
      timestamps: new Float64Array(timestamps.length + endings.length),
      values: new Float64Array(timestamps.length + endings.length),
    }
    let next = 0
    for (let index = 0; index < merged.timestamps.length; index++) {
      const ending = endings[index - next]
      const sample = timestamps[next]
      if (sample !== undefined && (ending === undefined || sample < ending)) {
        merged.timestamps[index] = sample
        merged.values.set(values.subarray(next, next + 1), index)
        next++
      } else {
        merged.timestamps[index] = ending ?? 0
        markStale(merged.values, index)
      }
    }
    return merged
  }

  private makeRoom(): void {
    if (this.end < this.times.length) return
    const count = this.end - this.start
    if (this.start * 8 >= this.times.length) {
      // Old samples were dropped: move up instead of growing. Views handed out belong to evaluations that are over.
      this.times.copyWithin(0, this.start, this.end)
      this.values.copyWithin(0, this.start, this.end)
    } else {
      const size = Math.ceil(count * 1.5)
      const room = new Float64Array(2 * size)
      room.set(this.times.subarray(this.start, this.end))
      room.set(this.values.subarray(this.start, this.end), size)
      this.times = room.subarray(0, size)
      this.values = room.subarray(size)
    }
    this.start = 0
    this.end = count
  }
}

/** Moments at which the target was looked at and the series, seen before, was missing: the first of each gap. */
function endingsOf(timestamps: Float64Array, observed: Float64Array): number[] {
  const endings: number[] = []
  if (timestamps.length === 0) return endings
  let next = 0
  let isLive = false
  for (const moment of observed) {
    while (next < timestamps.length && (timestamps[next] ?? 0) < moment) {
      next++
      isLive = true
    }
    if (timestamps[next] === moment) {
      next++
      isLive = true
    } else if (isLive) {
      endings.push(moment)
      isLive = false
    }
  }
  return endings
}
