import { expect, test } from 'vitest'
import { parseExpression } from '../../../../lib/rules/promql/parse.ts'
import { selectorsOf } from '../../../../lib/rules/promql/selectors-of.ts'

const MINUTE = 60_000

test.for<[string, [string | undefined, number, number][]]>([
  ['1', []],
  ['x', [['x', 0, 5]]],
  ['x offset 10m', [['x', 0, 15]]],
  ['x offset -10m', [['x', 0, -5]]],
  ['rate(x[5m])', [['x', 5, 5]]],
  [
    'rate(x[5m] offset 1m) + y',
    [
      ['x', 5, 6],
      ['y', 0, 5],
    ],
  ],
  ['max_over_time(rate(x[5m])[1h:1m] offset 2m)', [['x', 5, 67]]],
  [
    'topk(scalar(k), -{__name__=~"x|y"})',
    [
      ['k', 0, 5],
      [undefined, 0, 5],
    ],
  ],
])('%s', ([text, expected]) => {
  const parsed = parseExpression(text)
  if ('problems' in parsed) throw new Error(parsed.problems[0]?.message)
  const uses = selectorsOf(parsed.expression)
  expect(uses.map(({ name, rangeMs, longestMs }) => [name, rangeMs / MINUTE, longestMs / MINUTE])).toEqual(expected)
  for (const { from, to } of uses) expect(text.slice(from, to)).toMatch(/[xyk]/)
})

test('an absolute @ is told', () => {
  const parsed = parseExpression('x @ 5 + y @ end()')
  if ('problems' in parsed) throw new Error(parsed.problems[0]?.message)
  expect(selectorsOf(parsed.expression).map(({ isPinned }) => isPinned)).toEqual([true, false])
})
