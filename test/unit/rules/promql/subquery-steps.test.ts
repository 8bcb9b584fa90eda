import { expect, test } from 'vitest'
import { evaluateInstant } from '../../../../lib/rules/promql/evaluate.ts'
import { parseExpression } from '../../../../lib/rules/promql/parse.ts'
import { EvaluationError, type SeriesSource } from '../../../../lib/rules/promql/value.ts'

const times = Float64Array.from([540_000, 600_000])
const source: SeriesSource = { select: () => [{ labels: { __name__: 'x' }, timestamps: times, values: times }] }

function evaluated(text: string, atMs: number, options = {}) {
  const parsed = parseExpression(text)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return evaluateInstant(parsed.expression, source, atMs, options)
}

/** Milliseconds the inside of a subquery was evaluated at. */
function stepsOf(text: string, atMs: number, options = {}): number[] {
  const value = evaluated(text, atMs, options)
  return value.type === 'matrix' ? value.series.flatMap(({ timestamps }) => [...timestamps]) : []
}

// Whole multiples of the step that are later than the start and not later than the end.
test.for<[string, number, number[]]>([
  ['vector(1)[3m:1m]', 600_000, [480_000, 540_000, 600_000]],
  ['vector(1)[3m:1m]', 600_001, [480_000, 540_000, 600_000]],
  ['vector(1)[3m:1m]', 599_999, [420_000, 480_000, 540_000]],
  ['vector(1)[3m:]', 600_000, [480_000, 540_000, 600_000]],
  ['vector(1)[1m:7m]', 600_000, []],
  ['vector(1)[3m:1m] offset 30s', 600_000, [420_000, 480_000, 540_000]],
  ['vector(1)[2m:1m] @ 300', 600_000, [240_000, 300_000]],
  ['vector(1)[3ms:1ms]', 2, [0, 1, 2]],
  // Before the epoch: the division is cut towards zero, so the first step is one later than the floor gives.
  ['vector(1)[2m:1m]', -30_000, [-120_000, -60_000]],
  ['vector(1)[2m:1m]', 60_000, [0, 60_000]],
])('the steps of %s at %d are %j', ([text, atMs, expected]) => {
  expect(stepsOf(text, atMs)).toEqual(expected)
})

test('the step that is not named is the evaluation interval', () => {
  expect(stepsOf('vector(1)[1m:]', 60_000, { defaultStepMs: 20_000 })).toEqual([20_000, 40_000, 60_000])
  expect(stepsOf('vector(1)[2ms:]', 60_000, { defaultStepMs: 1 })).toEqual([59_999, 60_000])
  expect(() => stepsOf('vector(1)[1m:]', 60_000, { defaultStepMs: 0.5 })).toThrow(EvaluationError)
})

test('11,000 steps are evaluated, one more is not', () => {
  expect(stepsOf('vector(1)[11s:1ms]', 600_000)).toHaveLength(11_000)
  expect(() => stepsOf('vector(1)[11001ms:1ms]', 600_000)).toThrow('a subquery of 11001 steps is too fine')
})

test.for<[string, number]>([
  ['x', 1],
  ['x[5m]', 2],
  ['x + x', 2],
  ['sum_over_time(x[5m])', 2],
])('%s holds %d samples, and a limit of just that lets it pass', ([text, count]) => {
  expect(() => evaluated(text, 600_000, { maxSamples: count })).not.toThrow()
  expect(() => evaluated(text, 600_000, { maxSamples: count - 1 })).toThrow('too many samples')
})
