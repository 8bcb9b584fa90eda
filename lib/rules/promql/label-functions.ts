import { withLabel } from './labels.ts'
import { compileRe2 } from './matcher.ts'
import { EvaluationError, type VectorSample } from './value.ts'

/** `label_replace(v, target, replacement, source, pattern)`. */
export function labelReplace(samples: VectorSample[], texts: string[]): VectorSample[] {
  const [target = '', replacement = '', source = '', pattern = ''] = texts
  const expression = compileRe2(pattern)
  requireLabelName(target, 'destination', 'label_replace')
  return samples.map(({ labels, value }) => {
    const text = labels[source] ?? ''
    const matcher = expression.matcher(text)
    if (!matcher.find()) return { labels, value }
    const expanded = expandTemplate(replacement, (name) => {
      const group = /^\d+$/.test(name) ? Number(name) : expression.namedGroups()[name]
      return group === undefined || group > matcher.groupCount() ? '' : (matcher.group(group) ?? '')
    })
    return { labels: withLabel(labels, target, expanded), value }
  })
}

/** `label_join(v, target, separator, source…)`. */
export function labelJoin(samples: VectorSample[], texts: string[]): VectorSample[] {
  const [target = '', separator = '', ...sources] = texts
  for (const source of sources) requireLabelName(source, 'source', 'label_join')
  requireLabelName(target, 'destination', 'label_join')
  return samples.map(({ labels, value }) => ({
    labels: withLabel(labels, target, sources.map((source) => labels[source] ?? '').join(separator)),
    value,
  }))
}

function requireLabelName(name: string, role: string, caller: string): void {
  if (name === '') throw new EvaluationError(`invalid ${role} label name in ${caller}(): ${name}`)
}

/** Go's regexp.Expand: `$1`, `$name`, `${name}`, `$$`; the longest name counts, and a stray `$` stays. */
export function expandTemplate(template: string, groupOf: (name: string) => string): string {
  return template.replace(
    /\$(?:\$|(\w+)|\{(\w+)\})/g,
    (found, plain: string | undefined, braced: string | undefined) => {
      if (found === '$$') return '$'
      return groupOf(plain ?? braced ?? '')
    },
  )
}
