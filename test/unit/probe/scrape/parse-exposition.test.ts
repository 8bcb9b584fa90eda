import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatBound, parseGoFloat } from '../../../../lib/probe/scrape/go-float.ts'
import { groupOf, parseExposition } from '../../../../lib/probe/scrape/parse-exposition.ts'

const TEXT = 'text/plain; version=0.0.4; charset=utf-8'
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

function read(text: string, contentType: string | undefined = TEXT) {
  const parsed = parseExposition(text, contentType)
  if (!parsed.ok) return `${parsed.problem.line}:${parsed.problem.column}: ${parsed.problem.message}`
  return parsed.samples.map(({ name, labels, value, timestampMs }) => {
    const inside = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`)
    return `${name}{${inside}} ${value}${timestampMs === undefined ? '' : ` @${timestampMs}`}`
  })
}

test.for([
  { name: 'nothing', text: '', expected: [] },
  { name: 'comments and blank lines', text: '# hello\n\n#\n# HELP a b\n  \n', expected: [] },
  { name: 'no labels', text: 'a 1\n', expected: ['a{} 1'] },
  { name: 'no newline at the end', text: 'a 1', expected: ['a{} 1'] },
  { name: 'CRLF', text: 'a 1\r\nb{x="y"} 2\r\n', expected: ['a{} 1', 'b{x="y"} 2'] },
  { name: 'empty braces', text: 'a{} 1', expected: ['a{} 1'] },
  { name: 'trailing comma', text: 'a{x="y",} 1', expected: ['a{x="y"} 1'] },
  { name: 'blanks everywhere', text: '\t a { x = "y" , z="" }\t 1  5 ', expected: ['a{x="y",z=""} 1 @5'] },
  { name: 'no blank before the value', text: 'a{x="y"}1', expected: ['a{x="y"} 1'] },
  { name: 'name with colons', text: 'job:a:rate5m 1', expected: ['job:a:rate5m{} 1'] },
  { name: 'escapes', text: String.raw`a{x="C:\\D\"e\n"} 1`, expected: [String.raw`a{x="C:\\D\"e\n"} 1`] },
  { name: 'an unknown escape stays', text: String.raw`a{x="\d"} 1`, expected: [String.raw`a{x="\\d"} 1`] },
  { name: 'braces and commas in a value', text: 'a{x="}, #{",y="="} 1', expected: ['a{x="}, #{",y="="} 1'] },
  { name: 'UTF-8 value', text: 'a{x="Zürich 🚀"} 1', expected: ['a{x="Zürich 🚀"} 1'] },
  { name: 'UTF-8 name', text: '{"a.b c",x="y"} 1', expected: ['a.b c{x="y"} 1'] },
  { name: 'UTF-8 label', text: 'a{"x.y"="z"} 1', expected: ['a{x.y="z"} 1'] },
  { name: 'a label called __proto__', text: 'a{__proto__="z"} 1', expected: ['a{__proto__="z"} 1'] },
  { name: 'NaN', text: 'a NaN', expected: ['a{} NaN'] },
  { name: 'infinities', text: 'a +Inf\nb -Inf\nc inf', expected: ['a{} Infinity', 'b{} -Infinity', 'c{} Infinity'] },
  { name: 'exponents', text: 'a 1.5e-3\nb 2E+3\nc .5\nd 5.', expected: ['a{} 0.0015', 'b{} 2000', 'c{} 0.5', 'd{} 5'] },
  { name: 'timestamp before the epoch', text: 'a 1 -3982045', expected: ['a{} 1 @-3982045'] },
  {
    name: 'histogram bounds get one form',
    text: '# TYPE a histogram\na_bucket{le="1"} 1\na_bucket{le="0.5"} 1\na_bucket{le="+Inf"} 2\na_sum 3\na_count 2',
    expected: ['a_bucket{le="1.0"} 1', 'a_bucket{le="0.5"} 1', 'a_bucket{le="+Inf"} 2', 'a_sum{} 3', 'a_count{} 2'],
  },
  { name: 'le of an untyped series stays', text: 'a_bucket{le="1"} 1', expected: ['a_bucket{le="1"} 1'] },
  {
    name: 'quantiles too',
    text: '# TYPE a summary\na{quantile="1"} 1\na_sum 2',
    expected: ['a{quantile="1.0"} 1', 'a_sum{} 2'],
  },
  { name: 'no value', text: 'a 1\nb', expected: '2:2: expected a value, got ""' },
  { name: 'a word as value', text: 'a one', expected: '1:3: expected a value, got "one"' },
  { name: 'hexadecimal', text: 'a 0x1p-2', expected: '1:3: expected a value, got "0x1p-2"' },
  { name: 'underscores', text: 'a 1_000', expected: '1:3: expected a value, got "1_000"' },
  { name: 'too large', text: 'a 1e999', expected: '1:3: expected a value, got "1e999"' },
  { name: 'name starts with a digit', text: '1a 1', expected: '1:1: expected a metric name' },
  { name: 'open quote', text: 'a{x="y} 1', expected: '1:5: this quote is never closed' },
  { name: 'open brace', text: 'a{x="y"', expected: '1:8: expected "," or "}" after a label' },
  { name: 'label without value', text: 'a{x} 1', expected: '1:4: expected "=" after label "x"' },
  { name: 'label twice', text: 'a{x="1",x="2"} 1', expected: '1:10: label "x" is given twice' },
  { name: 'two names', text: 'a{"b"} 1', expected: '1:2: the metric has two names' },
  { name: 'fraction as timestamp', text: 'a 1 1.5', expected: '1:5: expected a timestamp, got "1.5"' },
  { name: 'rubbish at the end', text: 'a 1 2 3', expected: '1:7: expected the end of the line' },
  { name: 'exemplar in text format', text: 'a 1 # {} 1', expected: '1:5: expected the end of the line' },
  { name: 'unknown type', text: '# TYPE a thing', expected: '1:10: unknown metric type "thing"' },
  { name: 'HTML', text: '<html>', expected: '1:1: expected a metric name' },
])('text: $name', ({ text, expected }) => {
  expect(read(text)).toEqual(expected)
})

test.for([
  { name: 'nothing', text: '# EOF', expected: [] },
  { name: 'a counter', text: '# TYPE a counter\na_total 1\n# EOF\n', expected: ['a_total{} 1'] },
  { name: 'seconds', text: 'a 1 1520879607.789\n# EOF', expected: ['a{} 1 @1520879607789'] },
  {
    name: 'exemplars',
    text: '# TYPE a histogram\na_bucket{le="1"} 4 # {trace_id="KOO5 # }"} 0.67 1520.5\na_bucket{le="+Inf"} 4 9 # {} 1\n# EOF',
    expected: ['a_bucket{le="1.0"} 4', 'a_bucket{le="+Inf"} 4 @9000'],
  },
  { name: 'info and stateset', text: '# TYPE a info\na_info{v="1"} 1\n# EOF', expected: ['a_info{v="1"} 1'] },
  { name: 'cut off', text: 'a_total 1\n', expected: '2:1: the answer was cut off: "# EOF" is missing' },
  { name: 'after the end', text: '# EOF\na 1', expected: '2:1: nothing may follow "# EOF"' },
  { name: 'broken exemplar', text: 'a 1 # trace\n# EOF', expected: '1:7: expected the labels of an exemplar' },
  { name: 'exemplar without value', text: 'a 1 # {}\n# EOF', expected: '1:9: expected an exemplar value, got ""' },
])('OpenMetrics: $name', ({ text, expected }) => {
  expect(read(text, OPENMETRICS)).toEqual(expected)
})

test.for([
  ['text/html; charset=utf-8', 'neither Prometheus text nor OpenMetrics'],
  ['application/json', 'neither Prometheus text nor OpenMetrics'],
])('content type %s is refused', ([contentType, message]) => {
  expect(read('a 1', contentType)).toContain(message)
})

test('a missing content type is read as text', () => {
  expect(parseExposition('a 1', undefined)).toMatchObject({ ok: true, samples: [{ name: 'a', value: 1 }] })
})

test('samples of one histogram share a group, another label set has its own', () => {
  const text =
    '# TYPE a histogram\na_bucket{t="x",le="1"} 1\na_sum{t="x"} 1\na_count{t="x"} 1\na_count{t="y"} 1\nb 1\nb_sum 1'
  const parsed = parseExposition(text, TEXT)
  const groups = parsed.ok ? parsed.samples.map(groupOf) : []
  expect(groups.map((group) => groups.indexOf(group))).toEqual([0, 0, 0, 3, 4, 5])
})

test('any label value survives being written and read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.double(), (value, number) => {
      const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
      const written = Number.isNaN(number) ? 'NaN' : String(number).replace('Infinity', 'Inf')
      const parsed = parseExposition(`a{x="${escaped}"} ${written}\n`, TEXT)
      // `toBe` tells -0 from 0, which the text form `0` does not.
      expect(parsed.ok && parsed.samples[0]?.labels.x).toBe(value)
      expect(parsed.ok && parsed.samples[0]?.value).toBe(Object.is(number, -0) ? 0 : number)
    }),
  )
})

test('no input makes the parser throw', () => {
  const piece = fc.constantFrom(
    'a',
    '{',
    '}',
    '"',
    '\\',
    ',',
    '=',
    ' ',
    '1',
    '#',
    '\n',
    '# EOF\n',
    '# TYPE a histogram\n',
  )
  fc.assert(
    fc.property(fc.array(piece), fc.constantFrom(TEXT, OPENMETRICS), (pieces, contentType) => {
      expect(typeof parseExposition(pieces.join(''), contentType).ok).toBe('boolean')
    }),
    { numRuns: 2000 },
  )
})

// Values from Go's strconv.FormatFloat(v, 'g', -1, 64), with ".0" where neither point nor exponent appears.
test.for([
  [0, '0.0'],
  [1, '1.0'],
  [-2.5, '-2.5'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [0.000015, '1.5e-05'],
  [100000, '100000.0'],
  [1000000, '1e+06'],
  [1234567, '1.234567e+06'],
  [1e100, '1e+100'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
  [Number.NaN, 'NaN'],
] as const)('bound %d is written %s', ([value, text]) => {
  expect(formatBound(value)).toBe(text)
  expect(parseGoFloat(text)).toBe(value)
})
