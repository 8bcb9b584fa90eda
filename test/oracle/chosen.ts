import type { Case, GivenSeries } from './case.ts'

const buckets = (counts: Record<string, string>, labels: Record<string, string> = {}): GivenSeries[] =>
  Object.entries(counts).map(([le, values]) => ({
    labels: { __name__: 'h_bucket', le, ...labels },
    values: values.split(' '),
  }))
const series = (name: string, values: string, labels: Record<string, string> = {}): GivenSeries => ({
  labels: { __name__: name, ...labels },
  values: values.split(' '),
})

const QUANTILES = ['-0.1', '0', '0.01', '0.1', '0.25', '0.5', '0.75', '0.9', '0.99', '1', '1.1', 'NaN']
const BOUNDS = ['-Inf', '-2', '-1', '0', '0.05', '0.1', '0.3', '0.5', '0.7', '1', '5', '10', '20', 'Inf', 'NaN']
const ofHistograms = [
  ...QUANTILES.map((q) => `histogram_quantile(${q}, h_bucket)`),
  ...BOUNDS.flatMap((lower) => BOUNDS.map((upper) => `histogram_fraction(${lower}, ${upper}, h_bucket)`)),
]

const histograms: GivenSeries[][] = [
  buckets({ '0.1': '10', '0.5': '30', '1': '55', '10': '80', '+Inf': '100' }),
  buckets({ '-1': '4', '0': '10', '1': '30', '+Inf': '31' }),
  buckets({ '-1': '0', '0': '0', '1': '0', '+Inf': '0' }),
  buckets({ '0.1': '10', '0.5': '5', '1': '30', '+Inf': '20' }),
  buckets({ '0.1': '10', '0.5': '10.000000000001', '1': '10.0000000000005', '+Inf': '10' }),
  buckets({ '1': '10', '1.0': '5', '1e0': '2', '+Inf': '20', Inf: '3' }),
  buckets({ '0.1': '10', '1': '20' }),
  buckets({ '+Inf': '20' }),
  buckets({ '0.1': 'NaN', '1': '5', '+Inf': '20' }),
  buckets({ '0.1': '1', '1': '5', '+Inf': 'NaN' }),
  buckets({ '0.1': '1', none: '5', '+Inf': '7' }),
  [...buckets({ '1': '4', '+Inf': '8' }, { a: '1' }), ...buckets({ '1': '2', '+Inf': '8' }, { a: '2' })],
]

/** Sums whose rounding errors matter, in the order that shows them. */
const HARD = [
  '0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.1',
  '1e16 1 1 1 1 1 1 1 -1e16 1',
  '1e-9 1e9 3.3333 1e-9 -1e9 7.7 1e15 0.1 -1e15 0.1',
  '1e308 1e308 -1e308 1e307 3 1e308 1e308 1 2 1e308',
  '100000.1 100000.2 100000.3 100000.4 100000.6 100000.7 100000.9 100001.1 100001.3 100001.7',
]
const OVER_RANGE = ['sum', 'avg', 'stddev', 'stdvar', 'min', 'max', 'count', 'last', 'first'].map(
  (name) => `${name}_over_time(x[10m])`,
)
const ofHardSums = [
  ...OVER_RANGE,
  'deriv(x[10m])',
  'predict_linear(x[10m], 3600)',
  'predict_linear(x[7m] offset 1m, -77.7)',
  'rate(x[10m])',
  'delta(x[10m])',
  'increase(x[9m] offset 30s)',
  ...['0.01', '0.33', '0.5', '0.95'].map((q) => `quantile_over_time(${q}, x[10m])`),
  ...['0.01', '0.33', '0.5', '0.95'].map((q) => `quantile(${q}, y)`),
]

const EDGES = [
  'rate(x[90.0015])',
  'rate(x[150.5])',
  'rate(x[2m30s1ms])',
  'increase(x[1.0005e2])',
  'x offset 0.5',
  'x offset -0.5',
  'x @ 59.9995',
  'x @ 60.0004',
  'count_over_time(x[1m])',
  'count_over_time(x[1m1ms])',
  'count_over_time(x[59.999])',
  'x offset 5m',
  'x offset 9m',
  'timestamp(x offset 90s)',
  'timestamp(x @ 200 offset 90s)',
  'timestamp(x @ 200 offset -90s)',
  'max_over_time(x[5m:45s])',
  'sum_over_time(x[5m:45s] offset 20s)',
  'sum_over_time(x[5m:45s] @ 333)',
  'x[5m:]',
  'avg_over_time(rate(x[2m])[4m:30s])',
  'sum_over_time(count_over_time(x[2m:30s])[3m:50s])',
  'sum_over_time(time()[3m:50s])',
  'sum_over_time(vector(time())[3m:50s])',
  'count_over_time(x[3m:2h])',
  'absent(x{b="2",a="3"})',
  'absent(x{b="2",b="3"})',
  'absent(x{b=~"2",c="3"})',
  'absent(sum(x{b="7"}))',
  'absent_over_time(z{a="1",b!="2"}[5m])',
  'absent(z{a=""})',
  'absent(x{a!="1",a="9"})',
  'absent(x{a=~".+",a="9"})',
  'round(x, 0.1)',
  'round(-x, 5)',
  'round(x, 0)',
  'clamp(x, 5, 5)',
  'clamp(x, 6, 5)',
  'clamp(x, NaN, 5)',
  'clamp_min(x, NaN)',
  'x % 3',
  '-x % 3',
  'x % -3',
  'x % 0',
  '0 * -x',
  'x ^ 0.5',
  'x ^ -2',
  'x atan2 -x',
  '2 ^ -1 ^ 2 * 3',
  '-2 ^ 2',
  '1 - -1 - 1',
  '8 / 4 / 2',
  'x == x',
  'x != bool x',
  'x > 5 < 8',
  'vector(1) == 1',
  'label_replace(x, "b", "$1", "a", "(.*)")',
  'label_replace(x, "a", "", "a", ".*")',
  'label_replace(x, "b", "$2$x", "a", "(.)")',
  'label_replace(x, "b", "$1-0$$", "a", "(.)")',
  'label_replace(x, "__name__", "", "a", ".*")',
  'label_join(x, "b", "/", "a", "a")',
  'label_join(x, "b", "/", "none", "a")',
  'count_values("v", x)',
  'count_values by (a) ("a", x)',
  'count_values without (a) ("v", x)',
  'count_values("v", vector(1e21))',
  'count_values("v", vector(1.5e-7))',
  'count_values("v", vector(-1e-300))',
  'count_values("v", vector(123456789012345680000))',
  'count_values("v", vector(-0))',
  'count_values("v", vector(-Inf))',
  'topk(2, x)',
  'bottomk(2, x)',
  'topk by (a) (1, x)',
  'topk(-1, x)',
  'topk(1.9, x)',
  'x or on (a) x',
  'x unless on (b) x',
  'x and on (a) x',
  'x * on (a) x',
  'x * on (a) group_left sum by (a) (x)',
  'sum by (a) (x) * on (a) group_right x',
  'x + on (a, b) x',
  'x > on (a) group_left (b) sum by (a) (x)',
  'x - ignoring (b) group_left sum without (b) (x)',
  'sum by (a) (x) == on (a) sum by (a) (x)',
  'sum(x) without (b, a)',
  'scalar(x)',
  'scalar(sum(x))',
  'sort(x)',
  'sort_desc(x)',
  'minute(x * 77)',
  'days_in_month(x * 1e6)',
  'day_of_year(x * 1e7)',
  'year(-x * 1e8)',
  'sgn(x - 5)',
  'deg(x)',
  'rad(x)',
].filter((text) => text !== 'x[5m:]')

const edgeSeries = [
  series('x', '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15', { a: '1', b: '1' }),
  series('x', '5 5 4 stale _ 9 8 7 6.5 2 1 0 3 9 12', { a: '1', b: '2' }),
  series('x', '_ _ 7 NaN Inf 3 2 1 1 1 4 4 4', { a: '2' }),
]

/** Cases chosen by hand for what chance seldom meets. */
export const CHOSEN: Case[] = [
  ...histograms.map((one): Case => ({ intervalS: 60, atS: 0, series: one, expressions: ofHistograms })),
  ...HARD.map(
    (values): Case => ({
      intervalS: 60,
      atS: 560,
      series: [
        series('x', values),
        ...values.split(' ').map((value, index) => series('y', Array(10).fill(value).join(' '), { n: String(index) })),
      ],
      expressions: ofHardSums,
    }),
  ),
  ...[0, 59, 60, 61, 299, 300, 301, 610, 845, 1200].map(
    (atS): Case => ({ intervalS: 60, atS, series: edgeSeries, expressions: EDGES }),
  ),
]
