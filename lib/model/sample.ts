/** Label names to values, the metric name under `__name__` as in Prometheus. Empty values are never stored. */
export type Labels = Readonly<Record<string, string>>

/** One value of one series; its time is that of the observation it belongs to. */
export interface Sample {
  labels: Labels
  value: number
}

/**
 * Everything seen of one target at one moment, like one scrape. `at` is in milliseconds since the epoch. A series that
 * the target's next observation lacks has ended (a staleness marker is implied at that moment).
 */
export interface Observation {
  target: string
  at: number
  samples: Sample[]
}

/**
 * One batch's observations of one minute: written once, never changed. `source` says who saw it (`poll`, `event`,
 * `logs`, …), `batch` is unique within the minute and source.
 */
export interface Block {
  minute: string
  source: string
  batch: string
  observations: Observation[]
}

/** The minute a moment belongs to, `2026-11-21T09:18`, which is the partition key of its block. */
export function minuteOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16)
}
