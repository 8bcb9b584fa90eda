import { advanceAlerts } from '../alerts/advance.ts'
import type { Alert } from '../model/alert.ts'
import type { RuleGroup } from '../model/rule.ts'
import type { Labels } from '../model/sample.ts'
import { evaluateGroups } from './evaluate-groups.ts'
import type { EvaluationContext } from './evaluate-rule.ts'
import type { RuleFailure } from './evaluation.ts'
import type { SeriesStore } from './store/series-store.ts'

/** One time an alert would have fired. Without `to` it still would at the end. */
export interface Firing {
  alert: string
  labels: Labels
  annotations: Labels
  fromMs: number
  toMs?: number
}

export interface Backtest {
  evaluations: number
  firings: Firing[]
  /** Each failure of a rule once, with how often it came. */
  failures: (RuleFailure & { times: number })[]
}

/**
 * What the rules would have done over kept samples, evaluated at each step from one moment to another. Samples of
 * recording rules are added to the store, so that later steps see them.
 */
export function backtest(
  groups: readonly RuleGroup[],
  store: SeriesStore,
  span: { fromMs: number; toMs: number; stepMs: number },
  context: EvaluationContext,
): Backtest {
  const alerts = new Map<string, Alert>()
  const open = new Map<string, Firing>()
  const failures = new Map<string, RuleFailure & { times: number }>()
  const result: Backtest = { evaluations: 0, firings: [], failures: [] }
  for (let atMs = span.fromMs; atMs <= span.toMs; atMs += span.stepMs) {
    const at = new Date(atMs)
    const evaluation = evaluateGroups(groups, store, at, context)
    result.evaluations += 1
    store.addSamples(evaluation.recorded, atMs, 'backtest')
    for (const failure of evaluation.failures) {
      const key = JSON.stringify(failure)
      failures.set(key, { ...failure, times: (failures.get(key)?.times ?? 0) + 1 })
    }
    for (const { alert, remove, event } of advanceAlerts([...alerts.values()], evaluation, groups, at)) {
      if (remove) alerts.delete(alert.fingerprint)
      else alerts.set(alert.fingerprint, alert)
      if (event === 'firing') {
        const { labels, annotations, rule } = alert
        const firing: Firing = { alert: rule, labels, annotations, fromMs: atMs }
        open.set(alert.fingerprint, firing)
        result.firings.push(firing)
      }
      const ended = event === 'resolved' ? open.get(alert.fingerprint) : undefined
      if (ended) ended.toMs = atMs
    }
  }
  return { ...result, failures: [...failures.values()] }
}
