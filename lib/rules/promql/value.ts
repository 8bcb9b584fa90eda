import type { Labels } from '../../model/sample.ts'
import type { Matcher } from './expression.ts'

/**
 * Samples of one series in time order. Times are milliseconds since the epoch. A value may be Prometheus' staleness
 * marker, a NaN with bits of its own: ask `isStaleAt`, and copy values as typed arrays so that the bits survive.
 */
export interface Series {
  readonly labels: Labels
  readonly timestamps: Float64Array
  readonly values: Float64Array
}

/** Where an evaluation finds its samples. */
export interface SeriesSource {
  /** Series that fit all matchers, with at least their samples of `fromMs < t <= toMs`; more samples do no harm. */
  select(matchers: readonly Matcher[], fromMs: number, toMs: number): Series[]
}

export interface VectorSample {
  readonly labels: Labels
  readonly value: number
}

/** What an expression evaluates to. */
export type Value =
  | { type: 'scalar'; value: number }
  | { type: 'string'; value: string }
  | { type: 'vector'; samples: VectorSample[] }
  | { type: 'matrix'; series: Series[] }

/** An evaluation that cannot give a result, with the reason to tell the rule's owner. Other rules are not affected. */
export class EvaluationError extends Error {
  override name = 'EvaluationError'
}
