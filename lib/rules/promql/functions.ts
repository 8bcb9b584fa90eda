import type { ValueType } from './expression.ts'

/** What a function takes and gives. `optional` counts arguments at the end that may be left out; `repeats`: the last one may be repeated. */
export interface Signature {
  args: readonly ValueType[]
  optional?: number
  repeats?: true
  returns: ValueType
  /** What it does, in a few words, for docs/promql.md. */
  says: string
}

const ofVector = (says: string): Signature => ({ args: ['vector'], returns: 'vector', says })
const ofMatrix = (says: string): Signature => ({ args: ['matrix'], returns: 'vector', says })
const ofTime = (says: string): Signature => ({ args: ['vector'], optional: 1, returns: 'vector', says })

/** Every function that is evaluated, with Prometheus 3's own signature. */
export const FUNCTIONS = new Map<string, Signature>(
  Object.entries({
    abs: ofVector('absolute value'),
    absent: ofVector('1 when the vector is empty'),
    absent_over_time: ofMatrix('1 when the range holds no sample'),
    acos: ofVector('arc cosine, radians'),
    acosh: ofVector('inverse hyperbolic cosine'),
    asin: ofVector('arc sine, radians'),
    asinh: ofVector('inverse hyperbolic sine'),
    atan: ofVector('arc tangent, radians'),
    atanh: ofVector('inverse hyperbolic tangent'),
    avg_over_time: ofMatrix('mean of the samples'),
    ceil: ofVector('next whole number up'),
    changes: ofMatrix('how often the value changed'),
    clamp: {
      args: ['vector', 'scalar', 'scalar'],
      returns: 'vector',
      says: 'value held between a minimum and a maximum',
    },
    clamp_max: { args: ['vector', 'scalar'], returns: 'vector', says: 'value held below a maximum' },
    clamp_min: { args: ['vector', 'scalar'], returns: 'vector', says: 'value held above a minimum' },
    cos: ofVector('cosine of radians'),
    cosh: ofVector('hyperbolic cosine'),
    count_over_time: ofMatrix('number of samples'),
    day_of_month: ofTime('day of the month in UTC, from 1'),
    day_of_week: ofTime('day of the week in UTC, Sunday is 0'),
    day_of_year: ofTime('day of the year in UTC, from 1'),
    days_in_month: ofTime('number of days of the month in UTC'),
    deg: ofVector('radians to degrees'),
    delta: ofMatrix('difference of a gauge over the range, extrapolated to its ends'),
    deriv: ofMatrix('slope per second by linear regression'),
    exp: ofVector('e to the power of the value'),
    first_over_time: ofMatrix('oldest sample of the range'),
    floor: ofVector('next whole number down'),
    histogram_fraction: {
      args: ['scalar', 'scalar', 'vector'],
      returns: 'vector',
      says: 'share of observations between two bounds, from classic buckets',
    },
    histogram_quantile: { args: ['scalar', 'vector'], returns: 'vector', says: 'quantile from classic buckets' },
    hour: ofTime('hour of the day in UTC'),
    idelta: ofMatrix('difference of the last two samples'),
    increase: ofMatrix('increase of a counter over the range, extrapolated to its ends'),
    irate: ofMatrix('increase per second of the last two samples of a counter'),
    label_join: {
      args: ['vector', 'string', 'string', 'string'],
      optional: 1,
      repeats: true,
      returns: 'vector',
      says: 'joins label values into a label',
    },
    label_replace: {
      args: ['vector', 'string', 'string', 'string', 'string'],
      returns: 'vector',
      says: 'sets a label from another one by a regular expression',
    },
    last_over_time: ofMatrix('newest sample of the range'),
    ln: ofVector('natural logarithm'),
    log10: ofVector('decimal logarithm'),
    log2: ofVector('binary logarithm'),
    max_over_time: ofMatrix('largest sample'),
    min_over_time: ofMatrix('smallest sample'),
    minute: ofTime('minute of the hour in UTC'),
    month: ofTime('month of the year in UTC, from 1'),
    pi: { args: [], returns: 'scalar', says: 'π' },
    predict_linear: {
      args: ['matrix', 'scalar'],
      returns: 'vector',
      says: 'value in so many seconds, by linear regression',
    },
    present_over_time: ofMatrix('1 when the range holds a sample'),
    quantile_over_time: { args: ['scalar', 'matrix'], returns: 'vector', says: 'quantile of the samples' },
    rad: ofVector('degrees to radians'),
    rate: ofMatrix('increase per second of a counter, extrapolated to the ends of the range'),
    resets: ofMatrix('how often a counter was reset'),
    round: {
      args: ['vector', 'scalar'],
      optional: 1,
      returns: 'vector',
      says: 'nearest whole number, or multiple of the second argument',
    },
    scalar: { args: ['vector'], returns: 'scalar', says: 'the value of a vector with one element, else NaN' },
    sgn: ofVector('sign: -1, 0 or 1'),
    sin: ofVector('sine of radians'),
    sinh: ofVector('hyperbolic sine'),
    sort: ofVector('sorts by value, smallest first'),
    sort_desc: ofVector('sorts by value, largest first'),
    sqrt: ofVector('square root'),
    stddev_over_time: ofMatrix('standard deviation of the samples'),
    stdvar_over_time: ofMatrix('variance of the samples'),
    sum_over_time: ofMatrix('sum of the samples'),
    tan: ofVector('tangent of radians'),
    tanh: ofVector('hyperbolic tangent'),
    time: { args: [], returns: 'scalar', says: 'time of the evaluation in seconds since 1970' },
    timestamp: ofVector('time of the sample in seconds since 1970'),
    vector: { args: ['scalar'], returns: 'vector', says: 'a vector of one element without labels' },
    year: ofTime('year in UTC'),
  } satisfies Record<string, Signature>),
)

const FLAGGED = 'Prometheus 3 keeps it behind --enable-feature=promql-experimental-functions'
const NATIVE = 'it reads native histograms, which do not occur in scraped text; use the series _bucket, _sum and _count'

/** What the grammar knows but no evaluation takes: the name, and why. */
export const REFUSED_FUNCTIONS = new Map<string, string>([
  ...[
    'double_exponential_smoothing',
    'histogram_quantiles',
    'info',
    'limitk',
    'limit_ratio',
    'mad_over_time',
    'max_of',
    'min_of',
    'sort_by_label',
    'sort_by_label_desc',
    'start_timestamp',
    'ts_of_first_over_time',
    'ts_of_last_over_time',
    'ts_of_max_over_time',
    'ts_of_min_over_time',
  ].map((name): [string, string] => [name, FLAGGED]),
  ...['end', 'range', 'start', 'step'].map((name): [string, string] => [
    name,
    `as a function ${FLAGGED.replace('it', 'this')}`,
  ]),
  ...['histogram_avg', 'histogram_count', 'histogram_stddev', 'histogram_stdvar', 'histogram_sum'].map(
    (name): [string, string] => [name, NATIVE],
  ),
  ['holt_winters', 'Prometheus 3 renamed it to double_exponential_smoothing and keeps it behind a feature flag'],
])

/** Other parts of the grammar that are refused: what is written, and why. */
export const REFUSED_SYNTAX = new Map<string, string>([
  ['anchored', 'Prometheus 3 keeps it behind --enable-feature=promql-extended-range-selectors'],
  ['smoothed', 'Prometheus 3 keeps it behind --enable-feature=promql-extended-range-selectors'],
  ['fill', 'Prometheus 3 keeps it behind --enable-feature=promql-binop-fill-modifiers'],
  ['duration expression', 'Prometheus 3 keeps it behind --enable-feature=promql-duration-expr'],
  ['</', 'it trims native histograms, which do not occur in scraped text'],
  ['>/', 'it trims native histograms, which do not occur in scraped text'],
])
