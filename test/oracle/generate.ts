import fc from 'fast-check'
import { NAME } from '../../lib/rules/promql/labels.ts'
import type { Case, GivenSeries } from './case.ts'

const number = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -5, max: 40 }).map(String) },
  {
    weight: 3,
    arbitrary: fc
      .double({ min: -1000, max: 1000, noNaN: true })
      .map((value) => String(Math.round(value * 1000) / 1000)),
  },
  { weight: 1, arbitrary: fc.constantFrom('NaN', 'Inf', '-Inf', '1e300', '-1e-300', '0', '-0') },
)
const rare = fc.constantFrom('_', '_', 'stale')

const gauge = fc.array(fc.oneof({ weight: 9, arbitrary: number }, { weight: 1, arbitrary: rare }), {
  minLength: 1,
  maxLength: 25,
})

/** A counter: grows by steps, now and then starts anew. */
const counter = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 0, max: 20 }).map((step) => ({ step })) },
      { weight: 1, arbitrary: fc.constant({ step: -1 }) },
      { weight: 1, arbitrary: rare.map((text) => ({ text })) },
    ),
    { minLength: 1, maxLength: 25 },
  )
  .map((steps) => {
    let value = 3
    return steps.map((step) => {
      if ('text' in step) return step.text
      value = step.step < 0 ? 1 : value + step.step
      return String(value)
    })
  })

const labelValue = fc.constantFrom('1', '2', 'ab')
const labelSet = fc.record(
  { a: labelValue, b: labelValue, 'c.d': fc.constantFrom('é', 'x') },
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, string>>

const plainSeries = fc
  .tuple(fc.constantFrom('x', 'x', 'y', 'n_total'), labelSet, fc.oneof(gauge, counter))
  .map(([name, labels, values]): GivenSeries => ({ labels: { [NAME]: name, ...labels }, values }))

const bucketSeries = fc
  .tuple(labelValue, fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), counter), { minLength: 1, maxLength: 5 }))
  .map(([a, columns]) =>
    columns.map(
      ([, values], index): GivenSeries => ({
        labels: {
          [NAME]: 'h_bucket',
          a,
          le: ['0.1', '0.5', '1', '10', '+Inf'][(index + 5 - columns.length) % 5] ?? '',
        },
        values,
      }),
    ),
  )

const allSeries = fc
  .tuple(fc.array(plainSeries, { minLength: 1, maxLength: 8 }), fc.option(bucketSeries, { nil: [] }))
  .map(([plain, buckets]) => {
    const seen = new Set<string>()
    return [...plain, ...buckets].filter(({ labels }) => {
      const key = JSON.stringify(Object.entries(labels).sort())
      return seen.has(key) ? false : seen.add(key)
    })
  })

const duration = fc.constantFrom('15s', '30s', '1m', '90s', '2m', '5m', '1m30s', '10m')
const matcher = fc.constantFrom('a="1"', 'a!="1"', 'a=~"1|2"', 'b!~"a.*"', 'b=""', 'a=~".+"', 'b=~"[12]"', '"c.d"="é"')
const shift = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(' offset 1m', ' offset -30s', ' @ 120', ' @ end()', ' @ start() offset 15s', ' @ 60.5'),
  },
)
const selector = fc
  .tuple(fc.constantFrom('x', 'x', 'y', 'n_total', 'h_bucket', ''), fc.array(matcher, { maxLength: 2 }))
  .map(([name, matchers]) => {
    if (name === '') return `{__name__=~"x|y"${matchers.map((one) => `, ${one}`).join('')}}`
    return matchers.length > 0 ? `${name}{${matchers.join(',')}}` : name
  })

const grouping = fc.constantFrom(
  '',
  ' by (a)',
  ' by (a, b)',
  ' without (a)',
  ' by ("c.d")',
  ' by ()',
  ' without (b, le)',
)
const matching = fc.constantFrom('', '', ' on (a)', ' on (a, b)', ' ignoring (b)', ' ignoring ("c.d", a)', ' on ()')
const joined = fc.constantFrom(
  '',
  '',
  ' on (a) group_left',
  ' on (a, b) group_right',
  ' ignoring (b) group_left (b)',
  ' on (a) group_left ("c.d")',
)
const literal = fc.constantFrom('0', '1', '2', '0.5', '-1', '3.7', '1e3', '0x1F', '1m', 'Inf', 'NaN', '-0.25', '010')

const OVER_RANGE = [
  'avg_over_time',
  'changes',
  'count_over_time',
  'delta',
  'deriv',
  'first_over_time',
  'idelta',
  'increase',
  'irate',
  'last_over_time',
  'max_over_time',
  'min_over_time',
  'present_over_time',
  'rate',
  'resets',
  'stddev_over_time',
  'stdvar_over_time',
  'sum_over_time',
  'absent_over_time',
]
const OF_VECTOR = [
  'abs',
  'ceil',
  'floor',
  'sqrt',
  'sgn',
  'sort',
  'sort_desc',
  'timestamp',
  'round',
  'deg',
  'rad',
  'absent',
  'minute',
  'hour',
  'month',
  'year',
  'day_of_week',
  'day_of_month',
  'day_of_year',
  'days_in_month',
]
/** Go and JavaScript compute these differently in the last bits; they are compared with a tolerance. */
export const INEXACT = [
  'exp',
  'ln',
  'log2',
  'log10',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
]

const { vector } = fc.letrec<{ scalar: string; vector: string; range: string }>((tie) => {
  const v = tie('vector')
  const s = tie('scalar')
  const r = tie('range')
  return {
    scalar: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'e' },
      { weight: 8, arbitrary: literal },
      { weight: 1, arbitrary: fc.constantFrom('time()', 'pi()') },
      {
        weight: 1,
        arbitrary: fc
          .tuple(s, fc.constantFrom('+', '-', '*', '/', '%', '^', '== bool', '< bool', 'atan2'), s)
          .map(([l, o, q]) => `(${l} ${o} ${q})`),
      },
      { weight: 1, arbitrary: v.map((e) => `scalar(${e})`) },
      { weight: 1, arbitrary: s.map((e) => `-${e.startsWith('-') ? `(${e})` : e}`) },
    ),
    range: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'e' },
      { weight: 5, arbitrary: fc.tuple(selector, duration, shift).map(([e, d, o]) => `${e}[${d}]${o}`) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(v, duration, fc.oneof(fc.constant(''), duration), shift)
          .map(([e, d, q, o]) => `(${e})[${d}:${q}]${o}`),
      },
    ),
    vector: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'e' },
      { weight: 4, arbitrary: fc.tuple(selector, shift).map(([e, o]) => `${e}${o}`) },
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...OVER_RANGE), r).map(([f, e]) => `${f}(${e})`) },
      { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...OF_VECTOR), v).map(([f, e]) => `${f}(${e})`) },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...INEXACT), v).map(([f, e]) => `${f}(${e})`) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.constantFrom('sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'), grouping, v)
          .map(([f, g, e]) => `${f}${g} (${e})`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom('topk', 'bottomk', 'quantile'), s, grouping, v)
          .map(([f, k, g, e]) => `${f}${g} (${k}, ${e})`),
      },
      { weight: 1, arbitrary: fc.tuple(grouping, v).map(([g, e]) => `count_values${g} ("v", ${e})`) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(
            v,
            fc.constantFrom(
              '+',
              '-',
              '*',
              '/',
              '%',
              '^',
              'atan2',
              '==',
              '!=',
              '>',
              '<',
              '>=',
              '<=',
              '> bool',
              '== bool',
            ),
            fc.oneof(matching, joined),
            v,
          )
          .map(([l, o, m, q]) => `${l} ${o}${m} ${q}`),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(v, fc.constantFrom('and', 'or', 'unless'), matching, v)
          .map(([l, o, m, q]) => `${l} ${o}${m} ${q}`),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(v, fc.constantFrom('+', '-', '*', '/', '%', '^', '==', '>', '< bool', '!='), s)
          .map(([l, o, q]) => `${l} ${o} ${q}`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(s, fc.constantFrom('+', '-', '/', '>', '<= bool', '^'), v)
          .map(([l, o, q]) => `${l} ${o} ${q}`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom('clamp_min', 'clamp_max', 'round'), v, s)
          .map(([f, e, k]) => `${f}(${e}, ${k})`),
      },
      { weight: 1, arbitrary: fc.tuple(v, s, s).map(([e, l, q]) => `clamp(${e}, ${l}, ${q})`) },
      { weight: 1, arbitrary: fc.tuple(s, r).map(([q, e]) => `quantile_over_time(${q}, ${e})`) },
      { weight: 1, arbitrary: fc.tuple(r, s).map(([e, q]) => `predict_linear(${e}, ${q})`) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(
            s,
            fc.oneof(
              v,
              duration.map((d) => `rate(h_bucket[${d}])`),
              duration.map((d) => `sum by (le) (increase(h_bucket[${d}]))`),
              fc.constant('h_bucket'),
            ),
          )
          .map(([q, e]) => `histogram_quantile(${q}, ${e})`),
      },
      { weight: 1, arbitrary: fc.tuple(s, s).map(([l, q]) => `histogram_fraction(${l}, ${q}, h_bucket)`) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(
            v,
            fc.constantFrom(
              '"a", "$1-$2", "b", "(.)(.?)"',
              '"b", "", "a", ".*"',
              '"n", "$w-x$$", "a", "(?P<w>[0-9])"',
              '"__name__", "z$1", "a", "(1)?.*"',
              '"a", "q", "nope", ""',
            ),
          )
          .map(([e, t]) => `label_replace(${e}, ${t})`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(v, fc.constantFrom('"j", "-", "a", "b"', '"a", "", "c.d"', '"__name__", "_", "b", "a"', '"a", "x"'))
          .map(([e, t]) => `label_join(${e}, ${t})`),
      },
      { weight: 1, arbitrary: v.map((e) => `-${e}`) },
      { weight: 1, arbitrary: v.map((e) => `(${e})`) },
      { weight: 1, arbitrary: s.map((e) => `vector(${e})`) },
    ),
  }
})

/** Series, a moment and expressions over them. */
export const someCase: fc.Arbitrary<Case> = fc.record({
  intervalS: fc.constantFrom(15, 30, 60),
  series: allSeries,
  atS: fc.oneof(
    fc.integer({ min: 0, max: 40 }).map((step) => step * 15),
    fc.integer({ min: 0, max: 1500 }),
  ),
  expressions: fc.array(vector, { minLength: 1, maxLength: 10 }),
})
