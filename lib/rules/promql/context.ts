import type { At, Call, Expression, RangeSelector, Selector } from './expression.ts'
import type { Window } from './range-functions.ts'
import { EvaluationError, type Series, type SeriesSource, type VectorSample } from './value.ts'

export type MatrixSeries = Window & Pick<Series, 'labels'>

/** What an evaluation carries along. A subquery evaluates its inside with other moments. */
export interface Context {
  source: SeriesSource
  /** Moment of this step. */
  nowMs: number
  /** Moment of the whole evaluation: `start()` and `end()`. */
  topMs: number
  /** First and last step of the subquery around, so that its series are looked up once. */
  span: { fromMs: number; toMs: number }
  lookbackMs: number
  defaultStepMs: number
  samplesLeft: { count: number }
  selected: Map<Selector | RangeSelector, Series[]>
  /** In a subquery: which series each result of a function over a range came from, at any step. */
  origins?: Map<Call, Map<string, string>>
  evaluateVector(expression: Expression, context: Context): VectorSample[]
  evaluateScalar(expression: Expression, context: Context): number
  evaluateMatrix(expression: Expression, context: Context): MatrixSeries[]
}

/** The moment a selector looks at before its offset. */
export function momentOf({ at }: { at?: At }, context: Context): number {
  if (at === undefined) return context.nowMs
  return typeof at === 'number' ? at : context.topMs
}

/** Series of a selector, looked up once for all steps. `backMs` is its range or look-back. */
export function selectSeries(selector: Selector | RangeSelector, context: Context, backMs: number): Series[] {
  const known = context.selected.get(selector)
  if (known) return known
  const isFixed = selector.at !== undefined
  const fromMs = (isFixed ? momentOf(selector, context) : context.span.fromMs) - selector.offsetMs - backMs
  const toMs = (isFixed ? momentOf(selector, context) : context.span.toMs) - selector.offsetMs
  const series = context.source.select(selector.matchers, fromMs, toMs)
  context.selected.set(selector, series)
  return series
}

/** Counts samples against the limit of the evaluation. */
export function limitSamples({ samplesLeft }: Context, count: number): void {
  samplesLeft.count -= count
  if (samplesLeft.count < 0) {
    throw new EvaluationError(
      'the evaluation would load too many samples into memory; select fewer series or a shorter range',
    )
  }
}
