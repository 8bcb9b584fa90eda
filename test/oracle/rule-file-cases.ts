import fc from 'fast-check'

/** A rule file and the series it is evaluated over, as both programs read them. */
export interface GeneratedCase {
  groups: Group[]
  series: { series: string; values: string }[]
  minutes: number
}

interface Group {
  name: string
  limit?: number
  query_offset?: string
  labels?: Record<string, string>
  rules: Record<string, unknown>[]
}

export const ALERT_NAMES = ['A', 'B']
/** What is asked at every minute besides the alerts. */
export const EXPRESSIONS = ['ALERTS', 'ALERTS_FOR_STATE', 'rec:one', 'rec:two']

const expression = fc.constantFrom(
  'm == 0',
  'm > 1',
  'm',
  'sum by (job) (m) > 2',
  'rate(m[3m]) > 0',
  'absent(m)',
  'rec:one > 1',
  'count(rec:one)',
  'm{inst="a"} or m{inst="b"} > 1',
  'ALERTS{alertstate="firing"}',
  'count_over_time(ALERTS[3m])',
  'sum without (inst) (m offset 1m)',
  'm == 0 unless on (job) rec:two',
  'changes(m[5m]) >= 2',
  'scalar(sum(m))',
  'max_over_time(sum(m)[4m:2m]) > 3',
  'label_replace(m > 1, "inst", "", "", "")',
)
const duration = fc.constantFrom('0s', '1m', '2m', '3m', '90s', '5m')
const text = fc.constantFrom(
  'fixed',
  '{{ $labels.inst }}',
  '{{ $value }}',
  '{{ $labels.none }}',
  '{{ $value | humanize }} of {{ $labels.job }}',
  '{{ with query "sum(m)" }}{{ . | first | value }}{{ end }}',
  '{{ range query "sum by (job) (rec:one)" | sortByLabel "job" }}{{ .Labels.job }}={{ .Value }} {{ end }}',
  '{{ if gt $value 1.0 }}high{{ else }}low{{ end }}',
)
const texts = (names: string[]) => fc.dictionary(fc.constantFrom(...names), text, { maxKeys: 2, noNullPrototype: true })

const alerting = fc.record(
  {
    alert: fc.constantFrom(...ALERT_NAMES),
    expr: expression,
    for: duration,
    keep_firing_for: duration,
    labels: texts(['severity', 'inst', 'team']),
    annotations: texts(['summary', 'description']),
  },
  { requiredKeys: ['alert', 'expr'], noNullPrototype: true },
)
const recording = fc.record(
  {
    record: fc.constantFrom('rec:one', 'rec:two'),
    expr: expression,
    labels: fc.dictionary(fc.constantFrom('job', 'team'), fc.constantFrom('', 'x', '{{ y }}'), {
      maxKeys: 1,
      noNullPrototype: true,
    }),
  },
  { requiredKeys: ['record', 'expr'], noNullPrototype: true },
)
const group = fc.record(
  {
    limit: fc.constantFrom(0, 5),
    query_offset: fc.constantFrom('0s', '1m'),
    labels: texts(['team', 'severity']),
    rules: fc.array(fc.oneof(alerting, recording), { minLength: 1, maxLength: 4 }),
  },
  { requiredKeys: ['rules'], noNullPrototype: true },
)

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('0', '1', '2', '3', '0.5', '-1') },
  { weight: 2, arbitrary: fc.constantFrom('_', 'stale', '_x3') },
  { weight: 2, arbitrary: fc.constantFrom('0x4', '2x3', '1+1x3', '5-2x2', '0+0.1x5') },
)
const values = fc.array(step, { minLength: 3, maxLength: 10 }).map((steps) => steps.join(' '))

export const generatedCase: fc.Arbitrary<GeneratedCase> = fc
  .tuple(
    // One group: promtool evaluates several in any order.
    group.map((one) => [{ name: 'g', ...one }]),
    fc.tuple(values, values, values).map((each) =>
      ['m{inst="a",job="x"}', 'm{inst="b",job="x"}', 'm{inst="c",job="y"}'].map((series, index) => ({
        series,
        values: each[index] ?? '',
      })),
    ),
    fc.integer({ min: 6, max: 18 }),
  )
  .map(([groups, series, minutes]) => ({ groups, series, minutes }))
