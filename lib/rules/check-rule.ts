import type { YamlFile } from '../config/read-yaml.ts'
import type { Problem } from '../model/problem.ts'
import type { KnownSeries } from './known-series.ts'
import type { RuleLimits } from './load-rules.ts'
import type { WrittenRule } from './rule-file.ts'
import { checkTemplate } from './templates/expand.ts'

/** Faults inside a rule's templates and expression, each at its own line and column, also in texts of many lines. */
export function checkRule(
  { rule, path }: WrittenRule,
  yaml: YamlFile<unknown>,
  _known: KnownSeries,
  _limits: RuleLimits,
): Problem[] {
  if (rule.kind === 'recording') return []
  return (['labels', 'annotations'] as const).flatMap((map) =>
    Object.entries(rule[map]).flatMap(([name, text]) => {
      const fault = checkTemplate(text)
      if (!fault) return []
      return [yaml.problemInside([...path, map, name], fault.offset, `template of "${name}": ${fault.message}`)]
    }),
  )
}
