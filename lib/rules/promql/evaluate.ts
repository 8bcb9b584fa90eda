import { aggregate } from './aggregate.ts'
import { scalars, setOperation, vectors, vectorWithScalar } from './binary.ts'
import { evaluateCall } from './call.ts'
import { type Context, limitSamples, momentOf, selectSeries } from './context.ts'
import type { Aggregate, Binary, Expression, RangeSelector, Selector, Subquery, Unary } from './expression.ts'
import { signatureOf, withoutName } from './labels.ts'
import { isSetOperator } from './operators.ts'
import { sampleAt, samplesWithin } from './select.ts'
import { subquerySteps } from './subquery-steps.ts'
import { typeOf } from './type-of.ts'
import { EvaluationError, type Series, type SeriesSource, type Value, type VectorSample } from './value.ts'

export interface EvaluationOptions {
  /** How old the newest sample of an instant selector may be. Default 5 minutes, as in Prometheus. */
  lookbackMs?: number
  /** Step of subqueries that name none: Prometheus' evaluation interval. Default 1 minute. */
  defaultStepMs?: number
  /** Most samples one evaluation may hold; more is an EvaluationError. Default 50 million, as in Prometheus. */
  maxSamples?: number
}

/**
 * Evaluates an expression at one moment (milliseconds since the epoch), with Prometheus 3's result. Throws
 * EvaluationError where Prometheus ends a query with an error: ambiguous matches, duplicate label sets, too many samples.
 */
export function evaluateInstant(
  expression: Expression,
  source: SeriesSource,
  atMs: number,
  options: EvaluationOptions = {},
): Value {
  const context: Context = {
    source,
    nowMs: atMs,
    topMs: atMs,
    span: { fromMs: atMs, toMs: atMs },
    lookbackMs: options.lookbackMs ?? 300_000,
    defaultStepMs: options.defaultStepMs ?? 60_000,
    samplesLeft: { count: options.maxSamples ?? 50_000_000 },
    selected: new Map(),
    evaluateVector,
    evaluateScalar,
    evaluateMatrix,
  }
  switch (typeOf(expression)) {
    case 'scalar':
      return { type: 'scalar', value: evaluateScalar(expression, context) }
    case 'string':
      return { type: 'string', value: expression.kind === 'string' ? expression.value : '' }
    case 'vector':
      return { type: 'vector', samples: evaluateVector(expression, context) }
    case 'matrix': {
      const series = evaluateMatrix(expression, context)
      return {
        type: 'matrix',
        series: series.map(({ labels, times, values }) => ({ labels, timestamps: times, values })),
      }
    }
  }
}

function evaluateScalar(expression: Expression, context: Context): number {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'unary': {
      const value = evaluateScalar(expression.expression, context)
      return expression.op === '-' ? -value : value
    }
    case 'binary':
      return scalars(expression, evaluateScalar(expression.left, context), evaluateScalar(expression.right, context))
    case 'call':
      if (expression.name === 'pi') return Math.PI
      if (expression.name === 'time') return context.nowMs / 1000
      return soleValue(evaluateVector(argument(expression.args[0]), context))
    default:
      throw new EvaluationError(`a ${expression.kind} is no scalar`)
  }
}

function argument(expression: Expression | undefined): Expression {
  if (!expression) throw new EvaluationError('an argument is missing')
  return expression
}

/** scalar(): the value of a vector with one element. */
function soleValue(samples: VectorSample[]): number {
  return samples.length === 1 ? (samples[0]?.value ?? Number.NaN) : Number.NaN
}

function evaluateVector(expression: Expression, context: Context): VectorSample[] {
  switch (expression.kind) {
    case 'selector':
      return evaluateSelector(expression, context)
    case 'unary':
      return evaluateUnary(expression, context)
    case 'binary':
      return requireUnique(evaluateBinary(expression, context))
    case 'aggregate':
      return evaluateAggregate(expression, context)
    case 'call':
      return requireUnique(evaluateCall(expression, context))
    default:
      throw new EvaluationError(`a ${expression.kind} is no vector`)
  }
}

/** Two results with the same labels cannot stand side by side: dropping names or labels made them equal. */
function requireUnique(samples: VectorSample[]): VectorSample[] {
  if (samples.length < 2) return samples
  const seen = new Set<string>()
  for (const { labels } of samples) seen.add(signatureOf(labels))
  if (seen.size === samples.length) return samples
  throw new EvaluationError('vector cannot contain metrics with the same labelset')
}

function evaluateSelector(selector: Selector, context: Context): VectorSample[] {
  const atMs = momentOf(selector, context) - selector.offsetMs
  const samples: VectorSample[] = []
  for (const series of selectSeries(selector, context, context.lookbackMs)) {
    const sample = sampleAt(series, atMs, context.lookbackMs)
    if (sample) samples.push({ labels: series.labels, value: sample.value })
  }
  limitSamples(context, samples.length)
  return samples
}

function evaluateUnary({ op, expression }: Unary, context: Context): VectorSample[] {
  const samples = evaluateVector(expression, context)
  if (op === '+') return samples
  return requireUnique(samples.map(({ labels, value }) => ({ labels: withoutName(labels), value: -value })))
}

function evaluateBinary(binary: Binary, context: Context): VectorSample[] {
  const { left, right } = binary
  const isLeftScalar = typeOf(left) === 'scalar'
  if (isLeftScalar || typeOf(right) === 'scalar') {
    const samples = evaluateVector(isLeftScalar ? right : left, context)
    return vectorWithScalar(binary, samples, evaluateScalar(isLeftScalar ? left : right, context), isLeftScalar)
  }
  const [lefts, rights] = [evaluateVector(left, context), evaluateVector(right, context)]
  return isSetOperator(binary.op) ? setOperation(binary, lefts, rights) : vectors(binary, lefts, rights)
}

function evaluateAggregate(node: Aggregate, context: Context): VectorSample[] {
  const { parameter } = node
  const value =
    parameter?.kind === 'string' ? parameter.value : parameter ? evaluateScalar(parameter, context) : Number.NaN
  return aggregate(node, evaluateVector(node.expression, context), value)
}

function evaluateMatrix(expression: Expression, context: Context) {
  if (expression.kind !== 'range' && expression.kind !== 'subquery') {
    throw new EvaluationError(`a ${expression.kind} is no range vector`)
  }
  const endMs = momentOf(expression, context) - expression.offsetMs
  const startMs = endMs - expression.rangeMs
  const series = expression.kind === 'range' ? rangeSeries(expression, context) : subquerySeries(expression, context)
  return series.flatMap((one) => {
    const window = samplesWithin(one, startMs, endMs)
    if (!window) return []
    limitSamples(context, window.values.length)
    const { rangeSeconds } = expression
    return [{ labels: one.labels, ...window, startMs, endMs, rangeSeconds, nowMs: context.nowMs }]
  })
}

const rangeSeries = (selector: RangeSelector, context: Context) => selectSeries(selector, context, selector.rangeMs)

/** Evaluates the inner expression at each step, on whole multiples of the step, and puts the results together as series. */
function subquerySeries(subquery: Subquery, context: Context): Series[] {
  const steps = subquerySteps(subquery, context)
  if (steps.count <= 0) return []
  const lastMs = steps.firstMs + (steps.count - 1) * steps.stepMs
  const inner = { ...context, span: { fromMs: steps.firstMs, toMs: lastMs }, selected: new Map(), origins: new Map() }
  const found = new Map<string, { labels: Series['labels']; times: number[]; values: number[] }>()
  for (let step = 0; step < steps.count; step++) {
    const nowMs = steps.firstMs + step * steps.stepMs
    for (const { labels, value } of evaluateVector(subquery.expression, { ...inner, nowMs })) {
      const key = signatureOf(labels)
      const series = found.get(key) ?? { labels, times: [], values: [] }
      if (series.times.length === 0) found.set(key, series)
      series.times.push(nowMs)
      series.values.push(value)
    }
  }
  return [...found.values()].map(({ labels, times, values }) => ({
    labels,
    timestamps: Float64Array.from(times),
    values: Float64Array.from(values),
  }))
}
