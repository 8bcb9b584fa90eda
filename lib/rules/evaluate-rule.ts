import type { Rule, RuleGroup } from '../model/rule.ts'
import type { Labels, Sample } from '../model/sample.ts'
import type { ActiveAlert } from './evaluation.ts'
import { expressionOf } from './expression-cache.ts'
import { type EvaluationOptions, evaluateInstant } from './promql/evaluate.ts'
import { signatureOf } from './promql/labels.ts'
import { EvaluationError, type SeriesSource } from './promql/value.ts'
import { type ExpandContext, expandTemplate } from './templates/expand.ts'

/** What rules know besides the samples. */
export interface EvaluationContext {
  /** Labels that templates see as `$externalLabels`. */
  externalLabels: Labels
  /** What templates see as `$externalURL`, and where `{{ externalURL }}` points. */
  externalUrl: string
  options?: EvaluationOptions
}

/**
 * Alerts of one rule at one moment. Throws EvaluationError when the expression fails, when two results have the same
 * labels, or when there are more than the group's limit.
 */
export function evaluateAlerting(
  rule: Rule,
  group: RuleGroup,
  source: SeriesSource,
  at: Date,
  context: EvaluationContext,
): ActiveAlert[] {
  const vector = queryVector(rule.expr, source, at.getTime() - group.queryOffsetMs, context.options)
  const alerts = vector.map(({ labels, value }) => {
    const expandContext: ExpandContext = {
      labels,
      value,
      externalLabels: context.externalLabels,
      externalUrlText: context.externalUrl,
      ...(context.externalUrl ? { externalUrl: context.externalUrl } : {}),
      now: at,
      query: (text) => queryVector(text, source, at.getTime(), context.options),
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
export function evaluateRecording(
  rule: Rule,
  group: RuleGroup,
  source: SeriesSource,
  at: Date,
  context: EvaluationContext,
): Sample[] {
  const vector = queryVector(rule.expr, source, at.getTime() - group.queryOffsetMs, context.options)
  const samples = vector.map(({ labels, value }) => ({
    labels: labelSet([...Object.entries(labels), ['__name__', rule.name], ...Object.entries(rule.labels)]),
    value,
  }))
  refuseRepeats(samples, 'vector contains metrics with the same labelset after applying rule labels')
  refuseMoreThan(group.limit, samples.length, 'series')
  return samples
}

/** An instant query as rules and templates make it: a scalar counts as one sample without labels. */
export function queryVector(
  text: string,
  source: SeriesSource,
  atMs: number,
  options: EvaluationOptions = {},
): readonly Sample[] {
  const result = evaluateInstant(expressionOf(text), source, atMs, options)
  if (result.type === 'vector') return result.samples
  if (result.type === 'scalar') return [{ labels: {}, value: result.value }]
  throw new EvaluationError('rule result is not a vector or scalar')
}

/** As in Prometheus, a template that fails must not keep an alert from being told: its text says what went wrong. */
function expandOrExplain(rule: string, text: string, context: ExpandContext): string {
  try {
    return expandTemplate(text, context)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `<error expanding template: error executing template __alert_${rule}: ${reason}>`
  }
}

/** A label with an empty value equals a missing one; later ones win. */
function labelSet(entries: (readonly [string, string])[]): Labels {
  return Object.fromEntries([...new Map(entries)].filter(([, value]) => value !== ''))
}

function refuseRepeats(items: readonly { labels: Labels }[], message: string): void {
  const signatures = new Set(items.map(({ labels }) => signatureOf(labels)))
  if (signatures.size < items.length) throw new EvaluationError(message)
}

export function refuseMoreThan(limit: number, count: number, what: string): void {
  if (limit > 0 && count > limit) throw new EvaluationError(`exceeded limit of ${limit} with ${count} ${what}`)
}
