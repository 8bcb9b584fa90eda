import type { Problem } from '../model/problem.ts'
import type { RuleGroup } from '../model/rule.ts'
import { checkRule } from './check-rule.ts'
import { type KnownSeries, knownSeries } from './known-series.ts'
import { readRuleFile } from './rule-file.ts'

export interface SourceFile {
  path: string
  text: string
}

export interface RuleLimits {
  /** Longest time a rule may look back, in milliseconds: samples are kept no longer. */
  longestRangeMs: number
}

export interface LoadedRules {
  groups: RuleGroup[]
  problems: Problem[]
}

/**
 * Reads rule files in order. `groups` holds plain JSON that is bundled with the functions; it is to be used only when
 * no problem is an error. Warnings: series that nothing is known to produce.
 */
export function loadRules(files: readonly SourceFile[], limits: RuleLimits): LoadedRules {
  const read = files.map(({ path, text }) => readRuleFile(path, text))
  const groups = read.flatMap((file) => file.groups.map(({ group }) => group))
  const known: KnownSeries = knownSeries(groups)
  const problems = read.flatMap((file) => [
    ...file.problems,
    ...file.groups.flatMap(({ rules }) => rules.flatMap((written) => checkRule(written, file.yaml, known, limits))),
  ])
  return { groups, problems: problems.sort(byPlace(files.map(({ path }) => path))) }
}

function byPlace(files: string[]): (a: Problem, b: Problem) => number {
  return (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column
}
