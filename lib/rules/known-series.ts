import { nearest } from '../config/suggest.ts'
import { METRICS, type Metric } from '../metrics/names.ts'
import type { RuleGroup } from '../model/rule.ts'

const SUFFIXES: Partial<Record<Metric['type'], readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
}
/** Series that evaluation itself makes of alerts. */
const OF_ALERTS = ['ALERTS', 'ALERTS_FOR_STATE']

export interface KnownSeries {
  has(name: string): boolean
  /** The known name somebody most likely meant. */
  near(name: string): string | undefined
}

/** Names of all series that fleetwatch, the servers' own metrics in its vocabulary, or these rules can produce. */
export function knownSeries(groups: readonly RuleGroup[]): KnownSeries {
  const recorded = groups.flatMap(({ rules }) => rules.filter(({ kind }) => kind === 'recording'))
  const names = new Set([
    ...Object.entries<Metric>(METRICS).flatMap(([name, { type }]) => (SUFFIXES[type] ?? ['']).map((end) => name + end)),
    ...recorded.map(({ name }) => name),
    ...OF_ALERTS,
  ])
  return { has: (name) => names.has(name), near: (name) => nearest(name, names) }
}
