import type { YamlFile } from '../config/read-yaml.ts'
import { formatDuration } from '../model/duration.ts'
import type { Problem } from '../model/problem.ts'
import type { KnownSeries } from './known-series.ts'
import type { RuleLimits } from './load-rules.ts'
import { parseExpression } from './promql/parse.ts'
import { type SelectorUse, selectorsOf } from './promql/selectors-of.ts'
import { typeOf } from './promql/type-of.ts'
import type { WrittenRule } from './rule-file.ts'
import { checkTemplate } from './templates/expand.ts'

/**
 * Faults inside a rule's expression and templates, each at its own line and column, also in texts of many lines.
 * Warnings: series that nothing is known to produce.
 */
export function checkRule(
  written: WrittenRule,
  yaml: YamlFile<unknown>,
  known: KnownSeries,
  limits: RuleLimits,
): Problem[] {
  const { rule, path } = written
  const problems = rule.expr ? checkExpression(written, yaml, known, limits) : []
  if (rule.kind === 'recording') return problems
  const templates = (['labels', 'annotations'] as const).flatMap((map) =>
    Object.entries(rule[map]).flatMap(([name, text]) => {
      const fault = checkTemplate(text)
      if (!fault) return []
      return [yaml.problemInside([...path, map, name], fault.offset, `template of "${name}": ${fault.message}`)]
    }),
  )
  return [...problems, ...templates]
}

function checkExpression(
  { rule, path, exprKey }: WrittenRule,
  yaml: YamlFile<unknown>,
  known: KnownSeries,
  limits: RuleLimits,
): Problem[] {
  const at = (offset: number, message: string, severity?: 'warning') =>
    yaml.problemInside([...path, exprKey], offset, message, severity)
  const parsed = parseExpression(rule.expr)
  if ('problems' in parsed) return parsed.problems.map(({ offset, message }) => at(offset, message))
  const type = typeOf(parsed.expression)
  if (type !== 'vector' && type !== 'scalar') {
    const remedy = type === 'matrix' ? '; a range needs a function around it, such as rate(…)' : ''
    return [at(parsed.expression.from, `a rule needs an instant vector, this is a ${TYPES[type]}${remedy}`)]
  }
  return selectorsOf(parsed.expression).flatMap((use) => {
    const tooLong = rangeProblem(use, limits)
    if (tooLong) return [at(use.from, tooLong)]
    if (use.name === undefined || known.has(use.name)) return []
    const near = known.near(use.name)
    const hint = near ? `; did you mean "${near}"?` : '; it fires only if the metrics of a server have it'
    return [at(use.from, `nothing that fleetwatch knows produces "${use.name}"${hint}`, 'warning')]
  })
}

const TYPES = { matrix: 'range vector', string: 'text' }
/** The look-back of instant selectors, for which samples are kept anyway. */
const LOOKBACK_MS = 300_000

function rangeProblem(
  { longestMs, rangeMs, isPinned }: SelectorUse,
  { longestRangeMs }: RuleLimits,
): string | undefined {
  if (isPinned && Number.isFinite(longestRangeMs)) {
    return 'a fixed time after "@" is not possible here: samples of that time are not kept'
  }
  const spareMs = rangeMs === 0 ? LOOKBACK_MS : 0
  if (longestMs - spareMs <= longestRangeMs) return undefined
  const [looks, longest] = [longestMs - spareMs, longestRangeMs].map((ms) => formatDuration(ms ?? 0))
  return `this looks back ${looks}, but samples are kept for ${longest}; shorten the range, offset or subquery`
}
