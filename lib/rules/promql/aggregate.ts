import type { Labels } from '../../model/sample.ts'
import type { Aggregate } from './expression.ts'
import { addTo, compareNanFirst, formatPlain, meanOf, quantileOf, type Sum } from './float.ts'
import { filterLabels, NAME, signatureFor, signatureWhere, withLabel } from './labels.ts'
import { EvaluationError, type VectorSample } from './value.ts'

interface Group {
  labels: Labels
  samples: VectorSample[]
}

/** Groups a vector and folds each group. `parameter` is the number or text before the vector, where the operator has one. */
export function aggregate(
  { op, without, labels: names }: Aggregate,
  samples: VectorSample[],
  parameter: number | string,
): VectorSample[] {
  if (op === 'count_values') {
    return countValues(samples, String(parameter), without ? names : [...names, String(parameter)], without)
  }
  if (op === 'topk' || op === 'bottomk') return pick(op, groupBy(samples, names, without), Number(parameter))
  const fold = FOLDS[op]
  return groupBy(samples, names, without).map((group) => ({
    labels: group.labels,
    value: fold(
      group.samples.map(({ value }) => value),
      Number(parameter),
    ),
  }))
}

function groupBy(samples: VectorSample[], names: readonly string[], without: boolean): Group[] {
  const dropped = new Set([...names, NAME])
  const kept = new Set(names)
  const groups = new Map<string, Group>()
  for (const sample of samples) {
    const key = without
      ? signatureWhere(sample.labels, (name) => !dropped.has(name))
      : signatureFor(sample.labels, names)
    const group = groups.get(key)
    if (group) group.samples.push(sample)
    else {
      const labels = filterLabels(sample.labels, (name) => (without ? !dropped.has(name) : kept.has(name)))
      groups.set(key, { labels, samples: [sample] })
    }
  }
  return [...groups.values()]
}

const FOLDS: Record<
  Exclude<Aggregate['op'], 'topk' | 'bottomk' | 'count_values'>,
  (values: number[], parameter: number) => number
> = {
  sum: (values) => {
    const total: Sum = { sum: values[0] ?? 0, compensation: 0 }
    for (let index = 1; index < values.length; index++) addTo(total, values[index] ?? 0)
    return total.sum + total.compensation
  },
  avg: (values) => meanOf(values.length, (index) => values[index] ?? 0),
  count: (values) => values.length,
  group: () => 1,
  min: (values) => values.reduce((least, value) => (least > value || Number.isNaN(least) ? value : least)),
  max: (values) => values.reduce((most, value) => (most < value || Number.isNaN(most) ? value : most)),
  stddev: (values) => Math.sqrt(variance(values)),
  stdvar: variance,
  quantile: (values, q) => quantileOf(q, values),
}

/** Welford's variance without compensation, as Prometheus has it across series. */
function variance(values: number[]): number {
  let mean = values[0] ?? 0
  let squares = Number.isFinite(mean) ? 0 : Number.NaN
  for (let index = 1; index < values.length; index++) {
    const value = values[index] ?? 0
    const delta = value - mean
    mean += delta / (index + 1)
    squares += delta * (value - mean)
  }
  return squares / values.length
}

/** The k largest or smallest of each group, in order; NaN counts as farthest away. */
function pick(op: 'topk' | 'bottomk', groups: Group[], parameter: number): VectorSample[] {
  if (Number.isNaN(parameter)) throw new EvaluationError('Parameter value is NaN')
  if (parameter < 1) return []
  if (parameter >= 2 ** 63) throw new EvaluationError(`Scalar value ${parameter} overflows int64`)
  const sign = op === 'topk' ? -1 : 1
  return groups.flatMap(({ samples }) =>
    samples
      .toSorted((a, b) => nanLast(a.value, b.value) ?? sign * compareNanFirst(a.value, b.value))
      .slice(0, Math.trunc(parameter)),
  )
}

/** Order of two values when one of them is NaN, which comes last. */
function nanLast(a: number, b: number): number | undefined {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1
  return Number.isNaN(b) ? -1 : undefined
}

function countValues(samples: VectorSample[], label: string, names: string[], without: boolean): VectorSample[] {
  if (label === '') throw new EvaluationError('invalid label name ""')
  const valued = samples.map(({ labels, value }) => ({ labels: withLabel(labels, label, formatPlain(value)), value }))
  return groupBy(valued, names, without).map(({ labels, samples: same }) => ({ labels, value: same.length }))
}
