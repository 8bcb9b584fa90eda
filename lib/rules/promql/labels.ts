import type { Labels } from '../../model/sample.ts'

export const NAME = '__name__'

/**
 * Held series keep their labels object, so what is derived from it is worked out once and lives as long as it. Objects
 * of passing results are not entered: weak entries cost the collector more than they save.
 */
const UNNAMED = new WeakMap<Labels, Labels>()
const SIGNATURES = new WeakMap<Labels, string>()

/** Labels that say what a metric is: they go when a function or operator changes the meaning of the value. */
function isMetadata(name: string): boolean {
  return name === NAME || name === '__type__' || name === '__unit__'
}

/** The labels without the metric's name. The same object gives the same answer. */
export function withoutName(labels: Labels): Labels {
  if (!(NAME in labels || '__type__' in labels || '__unit__' in labels)) return labels
  let unnamed = UNNAMED.get(labels)
  if (!unnamed) {
    unnamed = filterLabels(labels, (name) => !isMetadata(name))
    UNNAMED.set(labels, unnamed)
    SIGNATURES.set(
      unnamed,
      signatureWhere(unnamed, () => true),
    )
  }
  return unnamed
}

export function filterLabels(labels: Labels, keep: (name: string) => boolean): Labels {
  const kept: Record<string, string> = {}
  for (const name in labels) if (keep(name)) kept[name] = labels[name] ?? ''
  return kept
}

/** A copy with one label set; the empty value removes it. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  const { [name]: _previous, ...rest } = labels
  return value === '' ? rest : { ...rest, [name]: value }
}

/** A text that is equal for equal label sets only. */
export function signatureOf(labels: Labels): string {
  return SIGNATURES.get(labels) ?? signatureWhere(labels, () => true)
}

/** Signature of the labels whose names pass. */
export function signatureWhere(labels: Labels, keep: (name: string) => boolean): string {
  return Object.keys(labels)
    .filter(keep)
    .sort()
    .map((name) => part(name, labels[name] ?? ''))
    .join('')
}

/** Signature of the given labels; absent ones count as empty. Quicker than signatureWhere for few names. */
export function signatureFor(labels: Labels, names: readonly string[]): string {
  let signature = ''
  for (const name of names) {
    const value = labels[name] ?? ''
    signature += `${value.length}:${value};`
  }
  return signature
}

// Lengths keep `a="b;c"` and `a="b", c=""` apart whatever the texts hold.
const part = (name: string, value: string) => `${name.length}:${name}${value.length}:${value};`

/** `{__name__="up", job="api"}` for messages, as Prometheus prints labels: sorted, the metric's name first. */
export function printLabels(labels: Labels): string {
  const { [NAME]: name = '', ...rest } = labels
  const pairs = Object.keys(rest)
    .sort()
    .map((label) => `${label}=${JSON.stringify(rest[label])}`)
  return pairs.length > 0 || name === '' ? `${name}{${pairs.join(', ')}}` : name
}
