import { expect, test } from 'vitest'
import { parseBound, parseNumber, seconds, unquote } from '../../../../lib/rules/promql/literals.ts'
import { compileMatcher } from '../../../../lib/rules/promql/matcher.ts'
import { parseExpression } from '../../../../lib/rules/promql/parse.ts'

test.for<[string, number | undefined]>([
  ['0', 0],
  ['-0', -0],
  ['+ 5', 5],
  ['- 5', -5],
  ['1_000', 1000],
  ['.5', 0.5],
  ['5.', 5],
  ['1e3', 1000],
  ['1e308', 1e308],
  ['1e309', undefined],
  ['0x1F', 31],
  // Octal: 7 × 64 + 7 × 8 + 7.
  ['0777', 511],
  ['08', 8],
  ['0b1', undefined],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
  ['1h30m', 5400],
  ['-1m', -60],
  ['1500ms', 1.5],
  // 2^63 nanoseconds are 106751 days, 23 hours and 47 minutes.
  ['106751d', 9223286400],
  ['106752d', undefined],
  ['five', undefined],
])('%s is %d', ([text, expected]) => {
  expect(parseNumber(text)).toBe(expected)
})

test.for<[string, number | undefined]>([
  ['+Inf', Number.POSITIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
  ['+NaN', undefined],
  ['-2.5e-1', -0.25],
  ['1e309', undefined],
  ['1m', undefined],
  ['', undefined],
])('the bound %s is %d', ([text, expected]) => {
  expect(parseBound(text)).toBe(expected)
})

test.for<[number, number]>([
  [1, 0.001],
  [1500, 1.5],
  [60_000, 60],
  [-1500, -1.5],
])('%d ms are %d s', ([durationMs, expected]) => {
  expect(seconds(durationMs)).toBe(expected)
})

const problem = 'a problem'
test.for<[string, string]>([
  ['`\\n`', '\\n'],
  ['"\\n\\x41\\101"', '\nAA'],
  ['"\\xc3\\xa9"', 'é'],
  ['"\\303\\251"', 'é'],
  ['"\\377"', '\uFFFD'],
  ['"\\400"', problem],
  ['"\\""', '"'],
  ["'\\''", "'"],
  ['"\\\'"', problem],
  ["'\\\"'", problem],
  ['"\\\\"', '\\'],
  ['"\\q"', problem],
  ['"\\ud7ff"', '\ud7ff'],
  ['"\\ud800"', problem],
  ['"\\udfff"', problem],
  ['"\\ue000"', '\ue000'],
  ['"\\U0010ffff"', '\u{10ffff}'],
  ['"\\U00110000"', problem],
  ['"a\nb"', problem],
  ['`a\nb`', 'a\nb'],
])('the string %s is %s', ([text, expected]) => {
  const read = unquote(text)
  expect('value' in read ? read.value : problem).toBe(expected)
})

const message = (text: string) => {
  const parsed = parseExpression(text)
  return 'problems' in parsed ? parsed.problems[0]?.message : 'fine'
}

test('what is just short enough passes, one more does not', () => {
  const spaces = (count: number) => `x${' '.repeat(count - 1)}`
  expect(message(spaces(100_000))).toBe('fine')
  expect(message(spaces(100_001))).toMatch(/at most 100000/)
  const deep = (count: number) => '('.repeat(count) + '1'.padEnd(count + 1, ')')
  expect(message(deep(299))).toBe('fine')
  expect(message(deep(301))).toMatch(/nested deeper than 300/)
  const chain = (operators: number) =>
    Array(operators + 1)
      .fill('1')
      .join('+')
  expect(message(chain(400))).toBe('fine')
  expect(message(chain(401))).toMatch(/more than 400 operators/)
  const pattern = (length: number) => ({ name: 'a', op: '=~' as const, value: 'a'.repeat(length) })
  expect(compileMatcher(pattern(10_000))('a')).toBe(false)
  expect(() => compileMatcher(pattern(10_001))).toThrow('at most 10000')
})

test.for(['x[5m+1m]', 'x[5m*2]', 'x[2*5m]', 'x offset (5m+1m)', 'x[-(5m+1m)]'])('%s is duration arithmetic', (text) => {
  expect(message(text)).toMatch(/arithmetic with durations is not supported/)
})
