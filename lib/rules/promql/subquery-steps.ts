import { type Context, momentOf } from './context.ts'
import type { Subquery } from './expression.ts'
import { EvaluationError } from './value.ts'

/** Prometheus' own limit for the points of a range query. */
const MAX_STEPS = 11_000

/** The moments a subquery is evaluated at: whole multiples of its step inside (end - range, end]. */
export function subquerySteps(
  subquery: Subquery,
  context: Context,
): { firstMs: number; stepMs: number; count: number } {
  const stepMs = subquery.stepMs ?? context.defaultStepMs
  const endMs = momentOf(subquery, context) - subquery.offsetMs
  const startMs = endMs - subquery.rangeMs
  if (stepMs < 1) throw new EvaluationError('the step of a subquery is shorter than a millisecond')
  let firstMs = stepMs * Math.trunc(startMs / stepMs)
  if (firstMs <= startMs) firstMs += stepMs
  const count = Math.floor((endMs - firstMs) / stepMs) + 1
  if (count > MAX_STEPS) {
    throw new EvaluationError(`a subquery of ${count} steps is too fine; at most ${MAX_STEPS} are evaluated`)
  }
  return { firstMs, stepMs, count }
}
