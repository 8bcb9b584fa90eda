import { goMax, goMin } from './float.ts'
import { withoutName } from './labels.ts'
import { TIME_FUNCTIONS } from './time-functions.ts'
import type { VectorSample } from './value.ts'

/** Functions that make one number of one number. */
const NUMBER_FUNCTIONS: Record<string, (value: number) => number> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  sqrt: Math.sqrt,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  rad: (value) => (value * Math.PI) / 180,
  deg: (value) => (value * 180) / Math.PI,
  sgn: (value) => (value < 0 ? -1 : value > 0 ? 1 : value),
}

/** Functions of a vector and numbers. Each gives the result's samples; names are dropped where Prometheus drops them. */
export const VECTOR_FUNCTIONS = new Map<string, (samples: VectorSample[], numbers: number[]) => VectorSample[]>([
  ...Object.entries(NUMBER_FUNCTIONS).map(([name, compute]) => named(name, compute)),
  ...[...TIME_FUNCTIONS].map(([name, compute]) => named(name, compute)),
  ['clamp', (samples, [least = 0, most = 0]) => clamp(samples, least, most)],
  ['clamp_max', (samples, [most = 0]) => clamp(samples, Number.NEGATIVE_INFINITY, most)],
  ['clamp_min', (samples, [least = 0]) => clamp(samples, least, Number.POSITIVE_INFINITY)],
  ['round', (samples, [nearest = 1]) => round(samples, nearest)],
  ['sort', (samples) => samples.toSorted((a, b) => nanLast(a.value, b.value, 1))],
  ['sort_desc', (samples) => samples.toSorted((a, b) => nanLast(a.value, b.value, -1))],
])

function named(
  name: string,
  compute: (value: number) => number,
): [string, (samples: VectorSample[]) => VectorSample[]] {
  return [name, (samples) => map(samples, compute)]
}

function map(samples: VectorSample[], compute: (value: number) => number): VectorSample[] {
  return samples.map(({ labels, value }) => ({ labels: withoutName(labels), value: compute(value) }))
}

function clamp(samples: VectorSample[], least: number, most: number): VectorSample[] {
  return most < least ? [] : map(samples, (value) => goMax(least, goMin(most, value)))
}

/** Halves go up. Multiplying by the inverse gives fewer rounding errors, and Prometheus' very results. */
function round(samples: VectorSample[], nearest: number): VectorSample[] {
  const inverse = 1 / nearest
  return map(samples, (value) => Math.floor(value * inverse + 0.5) / inverse)
}

function nanLast(a: number, b: number, sign: 1 | -1): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1
  if (Number.isNaN(b)) return -1
  return a === b ? 0 : a < b ? -sign : sign
}
