import { advanceAlerts, UNINTERRUPTED } from '../../alerts/advance.ts'
import type { Alert } from '../../model/alert.ts'
import type { Rule, RuleGroup } from '../../model/rule.ts'
import type { Labels, Sample } from '../../model/sample.ts'
import { type EvaluationContext, evaluateAlerting, refuseMoreThan } from '../evaluate-rule.ts'
import type { TestSamples } from './test-samples.ts'

/** The alerts of one alerting rule, from evaluation to evaluation. */
export class AlertStates {
  readonly rule: Rule
  private readonly group: RuleGroup
  private alerts = new Map<string, Alert>()

  constructor(rule: Rule, group: RuleGroup) {
    this.rule = rule
    this.group = { ...group, rules: [rule] }
  }

  /** Evaluates the rule and gives the series ALERTS and ALERTS_FOR_STATE. Throws as evaluateAlerting does. */
  evaluate(source: TestSamples, at: Date, context: EvaluationContext): Sample[] {
    const active = evaluateAlerting(this.rule, { ...this.group, limit: 0 }, source, at, context)
    const changes = advanceAlerts([...this.alerts.values()], { active, failures: [] }, [this.group], at, UNINTERRUPTED)
    for (const { alert, remove } of changes) {
      if (remove) this.alerts.delete(alert.fingerprint)
      else this.alerts.set(alert.fingerprint, alert)
    }
    const alive = [...this.alerts.values()].filter(({ state }) => state !== 'resolved')
    refuseMoreThan(this.group.limit, alive.length, 'alerts')
    return alive.flatMap((alert) => this.seriesOf(alert))
  }

  /** Labels and annotations of what fires now. */
  firing(): { labels: Labels; annotations: Labels }[] {
    return [...this.alerts.values()]
      .filter(({ state }) => state === 'firing')
      .map(({ labels, annotations }) => ({ labels, annotations }))
  }

  private seriesOf({ labels, state, activeAt }: Alert): Sample[] {
    const all = { ...this.rule.labels, ...labels }
    return [
      { labels: { ...all, __name__: 'ALERTS', alertstate: state }, value: 1 },
      { labels: { ...all, __name__: 'ALERTS_FOR_STATE' }, value: Math.floor(Date.parse(activeAt) / 1000) },
    ]
  }
}
