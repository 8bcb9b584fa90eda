import type { Rule, RuleGroup } from '../model/rule.ts'
import type { Labels, Sample } from '../model/sample.ts'
import type { ActiveAlert, Evaluation } from './evaluation.ts'
import { expressionOf } from './expression-cache.ts'
import { evaluateInstant } from './promql/evaluate.ts'
import type { SeriesSource } from './promql/value.ts'
import { RecordedSource } from './recorded-source.ts'
import { type ExpandContext, expandTemplate } from './templates/expand.ts'

export interface EvaluationContext {
  externalLabels: Labels
  externalUrl: string
}

/**
 * Evaluates all groups at one moment, in order. What recording rules give is seen by the rules after them, in their own
 * group and in later ones. A rule that fails is reported and the others go on.
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
    const atMs = at.getTime() - group.queryOffsetMs
    for (const rule of group.rules) {
      try {
        if (rule.kind === 'alerting') {
          evaluation.active.push(...evaluateAlerting(rule, group, seen, at, context))
        } else {
          const samples = evaluateRecording(rule, group, seen, atMs)
          for (const sample of samples) seen.append(sample.labels, atMs, sample.value)
          evaluation.recorded.push(...samples)
        }
      } catch (error) {
        // Expressions and templates are users' programs; one that fails must not take the others along.
        evaluation.failures.push({ group: group.name, rule: rule.name, message: messageOf(error) })
      }
    }
  }
  return evaluation
}

/** Alerts of one rule at one moment. Throws when the expression fails, label sets repeat or the group's limit is passed. */
export function evaluateAlerting(
  rule: Rule,
  group: RuleGroup,
  source: SeriesSource,
  at: Date,
  context: EvaluationContext,
): ActiveAlert[] {
  const vector = queryVector(rule.expr, source, at.getTime() - group.queryOffsetMs)
  const alerts = vector.map(({ labels, value }) => {
    const expandContext: ExpandContext = {
      labels,
      value,
      externalLabels: context.externalLabels,
      externalUrl: context.externalUrl,
      externalUrlText: context.externalUrl,
      now: at,
      query: (text) => queryVector(text, source, at.getTime()),
    }
    const expand = (texts: Labels) =>
      Object.entries(texts).map(([name, text]) => [name, expandOrExplain(rule.name, text, expandContext)] as const)
    const { __name__: _, ...own } = labels
    return {
      group: group.name,
      rule: rule.name,
      labels: labelSet([...Object.entries(own), ...expand(rule.labels), ['alertname', rule.name]]),
      annotations: Object.fromEntries(expand(rule.annotations)),
      value,
      forMs: rule.forMs,
      keepFiringForMs: rule.keepFiringForMs,
    }
  })
  refuseRepeats(alerts, 'vector contains metrics with the same labelset after applying alert labels')
  refuseMoreThan(group.limit, alerts.length, 'alerts')
  return alerts
}

/** Samples of one recording rule at one moment. Throws as evaluateAlerting does. */
export function evaluateRecording(rule: Rule, group: RuleGroup, source: SeriesSource, atMs: number): Sample[] {
  const samples = queryVector(rule.expr, source, atMs).map(({ labels, value }) => ({
    labels: labelSet([...Object.entries(labels), ['__name__', rule.name], ...Object.entries(rule.labels)]),
    value,
  }))
  refuseRepeats(samples, 'vector contains metrics with the same labelset after applying rule labels')
  refuseMoreThan(group.limit, samples.length, 'series')
  return samples
}

/** An instant query as rules and templates make it: a scalar counts as one sample without labels. */
export function queryVector(text: string, source: SeriesSource, atMs: number): Sample[] {
  const result = evaluateInstant(expressionOf(text), source, atMs)
  if (result.type === 'vector') return result.samples
  if (result.type === 'scalar') return [{ labels: {}, value: result.value }]
  throw new Error('rule result is not a vector or scalar')
}

function expandOrExplain(rule: string, text: string, context: ExpandContext): string {
  try {
    return expandTemplate(text, context)
  } catch (error) {
    return `<error expanding template: error executing template __alert_${rule}: ${messageOf(error)}>`
  }
}

/** A label with an empty value equals a missing one; later ones win. */
function labelSet(entries: (readonly [string, string])[]): Labels {
  return Object.fromEntries([...new Map(entries)].filter(([, value]) => value !== ''))
}

function refuseRepeats(items: readonly { labels: Labels }[], message: string): void {
  const keys = new Set(items.map(({ labels }) => JSON.stringify(Object.entries(labels).sort(byName))))
  if (keys.size < items.length) throw new Error(message)
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : Number(a > b)
}

function refuseMoreThan(limit: number, count: number, what: string): void {
  if (limit > 0 && count > limit) throw new Error(`exceeded limit of ${limit} with ${count} ${what}`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
