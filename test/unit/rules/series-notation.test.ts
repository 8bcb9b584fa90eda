import { describe, expect, test } from 'vitest'
import { parseMetric, parseSeriesLine, parseValues } from '../../../lib/rules/unit-test/series-notation.ts'

describe('values', () => {
  test.for([
    { text: '', steps: [] },
    { text: '1 -2.5 +3', steps: [1, -2.5, 3] },
    { text: '_ _x2 stale', steps: ['missing', 'missing', 'missing', 'stale'] },
    { text: '1x2', steps: [1, 1, 1] },
    { text: '1x0 _x0', steps: [1] },
    { text: '0+10x2', steps: [0, 10, 20] },
    { text: '5-2x2', steps: [5, 3, 1] },
    { text: '0+0.1x3', steps: [0, 0.1, 0.2, 0.1 + 0.1 + 0.1] },
    { text: 'NaN Inf -Inf', steps: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] },
    { text: '010 1e3', steps: [8, 1000] },
  ])('$text', ({ text, steps }) => {
    expect(parseValues(text)).toEqual(steps)
  })

  test.for(['x', '1x', '1+x3', 'stalex2', 'NaNx2', '_+1x2', '1+1', '1x-1', '1,2', '{{schema:1}}'])(
    '%s is refused',
    (text) => {
      expect(() => parseValues(text)).toThrow(/unexpected/)
    },
  )

  test('a repetition that would fill the memory is refused', () => {
    expect(() => parseValues('1x99999999')).toThrow(/more than/)
  })
})

describe('series', () => {
  test.for([
    { text: 'up', labels: { __name__: 'up' } },
    { text: 'up{a="b", c="}"}', labels: { __name__: 'up', a: 'b', c: '}' } },
    { text: '{__name__="up"}', labels: { __name__: 'up' } },
    { text: 'up{a=""}', labels: { __name__: 'up' } },
    { text: '{}', labels: {} },
    { text: '', labels: {} },
  ])('$text', ({ text, labels }) => {
    expect(parseMetric(text)).toEqual(labels)
  })

  test.for(['up{a!="b"}', 'up{a=~"b"}', 'up offset 5m', 'up{', 'sum(up)', '5'])('%s is refused', (text) => {
    expect(() => parseMetric(text)).toThrow()
  })

  test('a line is cut behind the labels, whatever their values hold', () => {
    expect(parseSeriesLine('up{a="x} 5", b=\'"\'} 1 2')).toEqual({
      labels: { __name__: 'up', a: 'x} 5', b: '"' },
      steps: [1, 2],
    })
  })
})
