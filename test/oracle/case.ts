import type { Labels } from '../../lib/model/sample.ts'
import type { VectorSample } from '../../lib/rules/promql/value.ts'

/** A series as promtool's unit tests write it: one value per interval; `_` is a gap, `stale` ends the series. */
export interface GivenSeries {
  labels: Labels
  values: string[]
}

/** Expressions over the same series, evaluated at one moment. */
export interface Case {
  intervalS: number
  series: GivenSeries[]
  atS: number
  expressions: string[]
}

/** What an expression gave: its samples (a scalar is one without labels), or an error. */
export type Outcome = { samples: VectorSample[] } | { error: string }
