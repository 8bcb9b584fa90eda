import type { Rule, RuleGroup } from '../model/rule.ts'
import { type EvaluationContext, evaluateAlerting, evaluateRecording } from './evaluate-rule.ts'
import type { Evaluation } from './evaluation.ts'
import type { SeriesSource } from './promql/value.ts'
import { RecordedSource } from './recorded-source.ts'

/**
 * Evaluates all groups at one moment, in order. What recording rules give is seen by the rules after them, in their own
 * group and in later ones. A rule that fails is reported and the others go on. `interval` is a group's upper bound: all
 * groups are evaluated each time.
 */
export function evaluateGroups(
  groups: readonly RuleGroup[],
  source: SeriesSource,
  at: Date,
  context: EvaluationContext,
): Evaluation {
  const evaluation: Evaluation = { active: [], recorded: [], failures: [] }
  const seen = new RecordedSource(source)
  for (const group of groups) {
    for (const rule of group.rules) {
      try {
        evaluateInto(evaluation, rule, group, seen, at, context)
      } catch (error) {
        // Expressions are users' programs; one that fails must not take the others along. The caller counts it.
        const message = error instanceof Error ? error.message : String(error)
        evaluation.failures.push({ group: group.name, rule: rule.name, message })
      }
    }
  }
  return evaluation
}

function evaluateInto(
  evaluation: Evaluation,
  rule: Rule,
  group: RuleGroup,
  seen: RecordedSource,
  at: Date,
  context: EvaluationContext,
): void {
  if (rule.kind === 'alerting') {
    evaluation.active.push(...evaluateAlerting(rule, group, seen, at, context))
    return
  }
  const samples = evaluateRecording(rule, group, seen, at, context)
  seen.record(rule.name, samples, at.getTime() - group.queryOffsetMs)
  evaluation.recorded.push(...samples)
}
