import { signatureOf } from '../../lib/rules/promql/labels.ts'
import type { Outcome } from './case.ts'
import { INEXACT } from './generate.ts'

/** Whole exponents give the same bits; one with a fraction goes through a logarithm. */
const APPROXIMATE = new RegExp(`\\b(${INEXACT.join('|')}|atan2|stddev|stdvar)\\b|\\^.*\\.\\d`)

/** Two of them inside each other may blow a last bit up to any size (the cosine of a huge number): only labels count. */
const ILL_CONDITIONED = new RegExp(`(${APPROXIMATE.source}).*(${APPROXIMATE.source})`)

/** How an outcome differs from promtool's; undefined when it does not. Values must have the same bits. */
export function difference(expression: string, expected: Outcome, got: Outcome): string | undefined {
  if ('error' in expected || 'error' in got) {
    if ('error' in expected && 'error' in got) return undefined
    return `expected ${print(expected)}, got ${print(got)}`
  }
  // A label made of a value shows its last bits.
  if (/count_values/.test(expression) && APPROXIMATE.test(expression)) return undefined
  const remaining = new Map(got.samples.map(({ labels, value }) => [signatureOf(labels), value]))
  const same =
    expected.samples.length === got.samples.length &&
    expected.samples.every(({ labels, value }) => {
      const ours = remaining.get(signatureOf(labels))
      if (ours === undefined) return false
      return ILL_CONDITIONED.test(expression) || isSame(value, ours, APPROXIMATE.test(expression))
    })
  if (!same && /topk|bottomk/.test(expression) && valuesOf(expected) === valuesOf(got)) return undefined
  return same ? undefined : `expected ${print(expected)}, got ${print(got)}`
}

/** Among equal values topk takes those that its storage gave first: the values must be the same, not the labels. */
function valuesOf(outcome: Outcome): string {
  return 'error' in outcome
    ? ''
    : outcome.samples
        .map(({ value }) => String(value))
        .sort()
        .join()
}

function isSame(expected: number, got: number, isApproximate: boolean): boolean {
  if (Object.is(expected, got)) return true
  if (!isApproximate) return false
  const size = Math.max(Math.abs(expected), Math.abs(got))
  return Math.abs(expected - got) <= 1e-9 * size || size < 1e-9
}

function print(outcome: Outcome): string {
  if ('error' in outcome) return `error "${outcome.error}"`
  return `[${outcome.samples.map(({ labels, value }) => `${JSON.stringify(labels)} ${value}`).join(', ')}]`
}
