import { expect, test } from 'vitest'
import {
  addTo,
  compareNanFirst,
  formatPlain,
  goMax,
  goMin,
  meanOf,
  quantileOf,
} from '../../../../lib/rules/promql/float.ts'

const [INF, MINUS_INF, NAN] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]

test.for<[number, string]>([
  [0, '0'],
  [-0, '-0'],
  [NAN, 'NaN'],
  [INF, '+Inf'],
  [MINUS_INF, '-Inf'],
  [12.5, '12.5'],
  [-12.5, '-12.5'],
  [1e20, '100000000000000000000'],
  [1e21, '1000000000000000000000'],
  [-1.25e22, '-12500000000000000000000'],
  [0.000001, '0.000001'],
  [1e-7, '0.0000001'],
  [-1.5e-7, '-0.00000015'],
  [1.25e-10, '0.000000000125'],
])('%d is written %s', ([value, expected]) => {
  expect(formatPlain(value)).toBe(expected)
})

test.for<[number[], number]>([
  [[3], 3],
  [[1, 2, 6], 3],
  // The sum 2e308 overflows; half of each is added instead: 1e308 × 1/2 + 1e308 / 2.
  [[1e308, 1e308], 1e308],
  [[-1e308, -1e308], -1e308],
  [[1.5e308, 1.5e308, -1.5e308, -1.5e308], 0],
  [[INF, 1], INF],
  [[INF, MINUS_INF], NAN],
  // 1 is lost in the sum 1e16 + 1 and comes back from the compensation: (1e16 + 1 + 1 - 1e16) / 4.
  [[1e16, 1, 1, -1e16], 0.5],
])('the mean of %j is %d', ([values, expected]) => {
  expect(meanOf(values.length, (index) => values[index] ?? 0)).toBe(expected)
})

test('an infinite sum carries no compensation', () => {
  const total = { sum: 1e308, compensation: 5 }
  addTo(total, INF)
  expect(total).toEqual({ sum: INF, compensation: 0 })
  const below = { sum: -1e308, compensation: 5 }
  addTo(below, MINUS_INF)
  expect(below).toEqual({ sum: MINUS_INF, compensation: 0 })
})

test.for<[number, number[], number]>([
  [0.5, [], NAN],
  [NAN, [1], NAN],
  [-0.001, [1], MINUS_INF],
  [1.001, [1], INF],
  [0, [4, 2, 8], 2],
  [1, [4, 2, 8], 8],
  [0.25, [4, 2, 8], 3],
  [0.75, [4, 2, 8], 6],
])('the %d-quantile of %j is %d', ([q, values, expected]) => {
  expect(quantileOf(q, values)).toBe(expected)
})

test.for<[number, number, number]>([
  [1, 2, -1],
  [2, 1, 1],
  [2, 2, 0],
  [NAN, 1, -1],
  [1, NAN, 1],
  [NAN, NAN, 0],
])('%d and %d are in order %d', ([a, b, expected]) => {
  expect(compareNanFirst(a, b)).toBe(expected)
})

test.for<[number, number, number, number]>([
  [1, 2, 2, 1],
  [NAN, 2, NAN, NAN],
  [2, NAN, NAN, NAN],
  [INF, NAN, INF, NAN],
  [NAN, INF, INF, NAN],
  [MINUS_INF, NAN, NAN, MINUS_INF],
  [NAN, MINUS_INF, NAN, MINUS_INF],
])('of %d and %d the greater is %d and the lesser %d', ([a, b, max, min]) => {
  expect([goMax(a, b), goMin(a, b)]).toEqual([max, min])
})
