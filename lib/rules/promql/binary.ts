import type { Labels } from '../../model/sample.ts'
import type { Binary, BinaryOp } from './expression.ts'
import { filterLabels, NAME, printLabels, signatureFor, signatureOf, signatureWhere, withoutName } from './labels.ts'
import { power } from './power.ts'
import { EvaluationError, type VectorSample } from './value.ts'

/** More result series than any fleet has; a join that explodes stops here instead of filling the memory. */
const MAX_SERIES = 200_000

interface Outcome {
  value: number
  /** Whether a comparison holds; arithmetic always does. */
  keep: boolean
}

const ARITHMETIC: Partial<Record<BinaryOp, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': power,
  atan2: Math.atan2,
}
const COMPARISON: Partial<Record<BinaryOp, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left > right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
  '<=': (left, right) => left <= right,
}

function operate(op: BinaryOp, left: number, right: number): Outcome {
  const arithmetic = ARITHMETIC[op]
  if (arithmetic) return { value: arithmetic(left, right), keep: true }
  return { value: left, keep: COMPARISON[op]?.(left, right) ?? false }
}

export function scalars({ op }: Binary, left: number, right: number): number {
  const { value, keep } = operate(op, left, right)
  return ARITHMETIC[op] ? value : Number(keep)
}

/** A vector and a number; `isSwapped` when the number stands on the left. A comparison keeps the vector's own value. */
export function vectorWithScalar(
  binary: Binary,
  samples: VectorSample[],
  scalar: number,
  isSwapped: boolean,
): VectorSample[] {
  const isArithmetic = ARITHMETIC[binary.op] !== undefined
  const dropsName = isArithmetic || binary.bool
  const result: VectorSample[] = []
  for (const { labels, value } of samples) {
    const outcome = isSwapped ? operate(binary.op, scalar, value) : operate(binary.op, value, scalar)
    if (!outcome.keep && !binary.bool) continue
    const kept = isArithmetic ? outcome.value : value
    result.push({ labels: dropsName ? withoutName(labels) : labels, value: binary.bool ? Number(outcome.keep) : kept })
  }
  return result
}

/** `and`, `or`, `unless`: by the labels both sides are matched on. */
export function setOperation({ op, matching }: Binary, left: VectorSample[], right: VectorSample[]): VectorSample[] {
  const signature = matchKey(matching)
  const keysOf = (samples: VectorSample[]) => new Set(samples.map(({ labels }) => signature(labels)))
  if (op === 'or') {
    const known = keysOf(left)
    return [...left, ...right.filter(({ labels }) => !known.has(signature(labels)))]
  }
  const known = keysOf(right)
  return left.filter(({ labels }) => known.has(signature(labels)) === (op === 'and'))
}

/** An operation of two vectors, each sample with its partner. */
export function vectors(binary: Binary, left: VectorSample[], right: VectorSample[]): VectorSample[] {
  if (left.length === 0 || right.length === 0) return []
  const { matching, op, bool } = binary
  const isSwapped = matching.group === 'right'
  const [many, one] = isSwapped ? [right, left] : [left, right]
  const signature = matchKey(matching)
  const partners = onesBySignature(one, signature, isSwapped ? 'left' : 'right', matching)
  const matched = new Set<string>()
  const result: VectorSample[] = []
  for (const sample of many) {
    const key = signature(sample.labels)
    const partner = partners.get(key)
    if (!partner) continue
    const outcome = isSwapped ? operate(op, partner.value, sample.value) : operate(op, sample.value, partner.value)
    const labels = resultLabels(binary, sample.labels, partner.labels)
    matchOnce(matched, matching.group ? `${key}|${signatureOf(labels)}` : key, matching)
    if (!outcome.keep && !bool) continue
    if (result.length >= MAX_SERIES) {
      throw new EvaluationError(`the join gives more than ${MAX_SERIES} series; match on more labels`)
    }
    result.push({ labels, value: bool ? Number(outcome.keep) : outcome.value })
  }
  return result
}

function matchOnce(matched: Set<string>, key: string, { group }: Binary['matching']): void {
  if (!matched.has(key)) {
    matched.add(key)
    return
  }
  throw new EvaluationError(
    group
      ? 'multiple matches for labels: grouping labels must ensure unique matches'
      : 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
  )
}

function onesBySignature(
  samples: VectorSample[],
  signature: (labels: Labels) => string,
  side: string,
  { on, labels: names }: Binary['matching'],
): Map<string, VectorSample> {
  const partners = new Map<string, VectorSample>()
  for (const sample of samples) {
    const key = signature(sample.labels)
    const other = partners.get(key)
    if (other) {
      const group = printLabels(
        filterLabels(sample.labels, (name) => (on ? names.includes(name) : name !== NAME && !names.includes(name))),
      )
      const both = [printLabels(sample.labels), printLabels(other.labels)].sort().join(', ')
      throw new EvaluationError(
        `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: [${both}]` +
          ';many-to-many matching not allowed: matching labels must be unique on one side',
      )
    }
    partners.set(key, sample)
  }
  return partners
}

function matchKey({ on, labels: names }: Binary['matching']): (labels: Labels) => string {
  if (on) return (labels) => signatureFor(labels, names)
  const ignored = new Set([...names, NAME])
  // Without on() or ignoring(), all labels but the name count: held series have that signature ready.
  if (names.length === 0) {
    return (labels) =>
      '__type__' in labels || '__unit__' in labels
        ? signatureWhere(labels, (name) => !ignored.has(name))
        : signatureOf(withoutName(labels))
  }
  return (labels) => signatureWhere(labels, (name) => !ignored.has(name))
}

function resultLabels({ op, bool, matching }: Binary, many: Labels, one: Labels): Labels {
  const { on, labels: names, group, include } = matching
  const dropsName = bool || ARITHMETIC[op] !== undefined
  const base = dropsName ? withoutName(many) : many
  if (group) {
    if (include.length === 0) return base
    const labels: Record<string, string> = { ...base }
    for (const name of include) {
      const value = one[name]
      if (value) labels[name] = value
      else delete labels[name]
    }
    return labels
  }
  if (!on && names.length === 0) return base
  return filterLabels(base, (name) => names.includes(name) === on)
}
