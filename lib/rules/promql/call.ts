import type { Labels } from '../../model/sample.ts'
import { type Context, momentOf, selectSeries } from './context.ts'
import type { Call, Expression, Selector } from './expression.ts'
import { histogramFraction, histogramQuantile } from './histogram.ts'
import { labelJoin, labelReplace } from './label-functions.ts'
import { signatureOf, withoutName } from './labels.ts'
import { RANGE_FUNCTIONS } from './range-functions.ts'
import { fixedLabels, sampleAt } from './select.ts'
import { TIME_FUNCTIONS } from './time-functions.ts'
import { EvaluationError, type VectorSample } from './value.ts'
import { VECTOR_FUNCTIONS } from './vector-functions.ts'

/** Functions over a range that keep the metric's name: their value means what the metric means. */
const KEEPS_NAME = new Set(['first_over_time', 'last_over_time'])

/** Evaluates a function that gives a vector. */
export function evaluateCall(call: Call, context: Context): VectorSample[] {
  const { name, args } = call
  if (name === 'absent_over_time') return absentOverTime(args[0], context)
  const overRange = RANGE_FUNCTIONS.get(name)
  if (overRange) return evaluateOverRange(call, context)
  const numbers = numbersOf(call, context)
  switch (name) {
    case 'absent':
      return absent(args[0], context)
    case 'vector':
      return [{ labels: {}, value: numbers[0] ?? Number.NaN }]
    case 'timestamp':
      return timestamps(args[0], context)
    case 'histogram_quantile':
      return histogramQuantile(numbers[0] ?? Number.NaN, vectorOf(args[1], context))
    case 'histogram_fraction':
      return histogramFraction(numbers[0] ?? Number.NaN, numbers[1] ?? Number.NaN, vectorOf(args[2], context))
    case 'label_replace':
      return labelReplace(vectorOf(args[0], context), textsOf(call))
    case 'label_join':
      return labelJoin(vectorOf(args[0], context), textsOf(call))
    default:
      return evaluateNamed(call, numbers, context)
  }
}

function evaluateNamed({ name, args }: Call, numbers: number[], context: Context): VectorSample[] {
  const ofTime = TIME_FUNCTIONS.get(name)
  if (ofTime && args.length === 0) return [{ labels: {}, value: ofTime(context.nowMs / 1000) }]
  const compute = VECTOR_FUNCTIONS.get(name)
  if (!compute) throw new EvaluationError(`function "${name}" is not evaluated here`)
  return compute(vectorOf(args[0], context), numbers)
}

function vectorOf(expression: Expression | undefined, context: Context): VectorSample[] {
  return expression ? context.evaluateVector(expression, context) : []
}

const SCALAR_KINDS = new Set<Expression['kind']>(['number', 'unary', 'binary', 'call'])
/** Place of the scalar arguments, for functions that have any. */
const SCALAR_ARGS: Record<string, readonly number[]> = {
  clamp: [1, 2],
  clamp_max: [1],
  clamp_min: [1],
  histogram_fraction: [0, 1],
  histogram_quantile: [0],
  predict_linear: [1],
  quantile_over_time: [0],
  round: [1],
  vector: [0],
}

function numbersOf({ name, args }: Call, context: Context): number[] {
  return (SCALAR_ARGS[name] ?? []).flatMap((index) => {
    const arg = args[index]
    return arg && SCALAR_KINDS.has(arg.kind) ? [context.evaluateScalar(arg, context)] : []
  })
}

function textsOf({ args }: Call): string[] {
  return args.flatMap((arg) => (arg.kind === 'string' ? [arg.value] : []))
}

function evaluateOverRange(call: Call, context: Context): VectorSample[] {
  const compute = RANGE_FUNCTIONS.get(call.name)
  const range = call.args.find(({ kind }) => kind === 'range' || kind === 'subquery')
  if (!compute || !range) return []
  const [parameter = Number.NaN] = numbersOf(call, context)
  const keepsName = KEEPS_NAME.has(call.name)
  return context.evaluateMatrix(range, context).flatMap((series) => {
    const value = compute(series, parameter)
    if (value === undefined) return []
    if (keepsName) return [{ labels: series.labels, value }]
    const labels = withoutName(series.labels)
    requireOneOrigin(call, signatureOf(labels), series.labels, context)
    return [{ labels, value }]
  })
}

/** Prometheus refuses two series that become one by losing their names, even at different steps of a subquery. */
function requireOneOrigin(call: Call, result: string, origin: Labels, { origins }: Context): void {
  if (!origins) return
  const known = origins.get(call) ?? new Map<string, string>()
  if (known.size === 0) origins.set(call, known)
  const signature = signatureOf(origin)
  if ((known.get(result) ?? signature) !== signature) {
    throw new EvaluationError('vector cannot contain metrics with the same labelset')
  }
  known.set(result, signature)
}

function absent(expression: Expression | undefined, context: Context): VectorSample[] {
  if (vectorOf(expression, context).length > 0) return []
  return [{ labels: expression?.kind === 'selector' ? fixedLabels(expression.matchers) : {}, value: 1 }]
}

function absentOverTime(expression: Expression | undefined, context: Context): VectorSample[] {
  if (!expression || context.evaluateMatrix(expression, context).length > 0) return []
  return [{ labels: expression.kind === 'range' ? fixedLabels(expression.matchers) : {}, value: 1 }]
}

/** The sample's own time when asked of a selector, else the time of the evaluation, which is that of computed values. */
function timestamps(expression: Expression | undefined, context: Context): VectorSample[] {
  if (expression?.kind === 'selector') return sampleTimes(expression, context)
  return vectorOf(expression, context).map(({ labels }) => ({
    labels: withoutName(labels),
    value: context.nowMs / 1000,
  }))
}

function sampleTimes(selector: Selector, context: Context): VectorSample[] {
  const { offsetMs, at } = selector
  const atMs = momentOf(selector, context)
  // Of a selector with @ Prometheus forgets the offset here, but has looked up samples with it: both windows count.
  const windows = at === undefined ? [atMs - offsetMs] : [atMs - offsetMs, atMs]
  const newestMs = Math.min(...windows)
  const lookbackMs = context.lookbackMs - (Math.max(...windows) - newestMs)
  return selectSeries(selector, context, context.lookbackMs).flatMap((series) => {
    const sample = sampleAt(series, newestMs, lookbackMs)
    return sample ? [{ labels: withoutName(series.labels), value: sample.timeMs / 1000 }] : []
  })
}
