import { expect, test } from 'vitest'
import { evaluateInstant } from '../../../../lib/rules/promql/evaluate.ts'
import { parseExpression } from '../../../../lib/rules/promql/parse.ts'
import { SeriesStore } from '../../../../lib/rules/store/series-store.ts'

test.for([
  [
    'x',
    [
      { labels: { __name__: 'x', a: '1' }, value: 4 },
      { labels: { __name__: 'x', a: '2' }, value: 40 },
    ],
  ],
  ['sum by (a) (rate(x[5m])) * 60 > 5', [{ labels: { a: '2' }, value: 8 }]],
  ['-1 ^ 2', -1],
  ['max_over_time(sum(x)[3m:1m])', [{ labels: {}, value: 44 }]],
  [
    'x - ignoring(a) group_left() absent(y)',
    [
      { labels: { a: '1' }, value: 3 },
      { labels: { a: '2' }, value: 39 },
    ],
  ],
  ['histogram_quantile(0.5, label_replace(vector(1), "le", "+Inf", "", ""))', [{ labels: {}, value: NaN }]],
] as const)('%s', ([text, expected]) => {
  const store = new SeriesStore({ retentionMs: 3_600_000 })
  for (let minute = 0; minute < 5; minute++) {
    store.addSamples(
      [
        { labels: { __name__: 'x', a: '1' }, value: minute },
        { labels: { __name__: 'x', a: '2' }, value: minute * 10 },
      ],
      600_000 + minute * 60_000,
      't',
    )
  }
  const parsed = parseExpression(text)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  const value = evaluateInstant(parsed.expression, store, 840_000)
  expect(value.type === 'vector' ? value.samples : value.type === 'scalar' ? value.value : value).toEqual(expected)
})
