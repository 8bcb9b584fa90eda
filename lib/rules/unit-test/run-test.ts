import { formatDuration } from '../../model/duration.ts'
import type { RuleGroup } from '../../model/rule.ts'
import type { Labels } from '../../model/sample.ts'
import { type EvaluationContext, evaluateRecording, queryVector } from '../evaluate-rule.ts'
import { AlertStates } from './alert-states.ts'
import { compareAlerts, compareSamples } from './compare.ts'
import { NotationError, parseMetric } from './series-notation.ts'
import type { ExpectedSamples, TestFile, TestGroup } from './test-file.ts'
import { TestSamples } from './test-samples.ts'

/** Samples one query may hold, as in promtool's own engine. */
const MOST_SAMPLES = 10_000

/** Each failed expectation of a test group in words, in the order of the evaluations; none: it passed. */
export function runTest(group: TestGroup, file: TestFile, groups: readonly RuleGroup[]): string[] {
  const intervalMs = group.interval || file.evaluation_interval
  const startMs = group.start_timestamp ?? 0
  try {
    const nameless = group.alert_rule_test.find(({ alertname }) => alertname === '')
    if (nameless) return [`an alert_rule_test at ${formatDuration(nameless.eval_time)} lacks its alertname`]
    const samples = new TestSamples(group, intervalMs, startMs)
    return new TestRun(group, file, groups, samples, startMs).run()
  } catch (error) {
    if (error instanceof NotationError) return [error.message]
    throw error
  }
}

class TestRun {
  readonly group: TestGroup
  readonly file: TestFile
  readonly samples: TestSamples
  readonly startMs: number
  readonly ordered: { group: RuleGroup; alerting: Map<number, AlertStates> }[]
  readonly context: EvaluationContext
  readonly failures: string[] = []

  constructor(group: TestGroup, file: TestFile, groups: readonly RuleGroup[], samples: TestSamples, startMs: number) {
    this.group = group
    this.file = file
    this.samples = samples
    this.startMs = startMs
    const place = (name: string) => Math.max(0, file.group_eval_order.indexOf(name))
    this.ordered = groups
      .toSorted((a, b) => place(a.name) - place(b.name))
      .map((one) => ({ group: one, alerting: alertStates(one) }))
    const options = { defaultStepMs: file.evaluation_interval, maxSamples: MOST_SAMPLES }
    this.context = { externalLabels: group.external_labels, externalUrl: group.external_url, options }
  }

  run(): string[] {
    const stepMs = this.file.evaluation_interval
    const tests = [...this.group.alert_rule_test, ...this.group.promql_expr_test]
    const lastMs = Math.max(0, ...tests.map(({ eval_time }) => eval_time))
    for (let sinceMs = 0; sinceMs <= lastMs; sinceMs += stepMs) {
      this.samples.advanceTo(this.startMs + sinceMs)
      const broken = this.evaluate(this.startMs + sinceMs)
      this.failures.push(...broken)
      // As in promtool: a rule that cannot be evaluated ends the test.
      if (broken.length > 0) return this.failures
      this.checkAlerts(sinceMs, sinceMs + stepMs)
    }
    for (const expected of this.group.promql_expr_test) this.checkExpression(expected)
    return this.failures
  }

  /** Evaluates all groups in order; gives what failed. */
  private evaluate(atMs: number): string[] {
    const at = new Date(atMs)
    const broken: string[] = []
    for (const { group, alerting } of this.ordered) {
      for (const [index, rule] of group.rules.entries()) {
        try {
          const states = alerting.get(index)
          const samples = states
            ? states.evaluate(this.samples, at, this.context)
            : evaluateRecording(rule, group, this.samples, at, this.context)
          this.samples.append(JSON.stringify([group.file, group.name, index]), samples, atMs - group.queryOffsetMs)
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error)
          broken.push(`rule: ${rule.name}, time: ${formatDuration(atMs)}, err: ${reason}`)
        }
      }
    }
    return broken
  }

  /** An expectation counts for the evaluation at its time, or the last one before it. */
  private checkAlerts(fromMs: number, toMs: number): void {
    const due = this.group.alert_rule_test.filter(({ eval_time }) => eval_time >= fromMs && eval_time < toMs)
    for (const expected of due.toSorted((a, b) => a.eval_time - b.eval_time)) {
      const states = this.ordered.flatMap(({ alerting }) => [...alerting.values()])
      const got = states.filter(({ rule }) => rule.name === expected.alertname).flatMap((one) => one.firing())
      const wanted = expected.exp_alerts.map(({ exp_labels, exp_annotations }) => ({
        labels: { ...exp_labels, alertname: expected.alertname },
        annotations: exp_annotations,
      }))
      const difference = compareAlerts(wanted, got)
      if (difference) {
        this.failures.push(
          `alertname: ${expected.alertname}, time: ${formatDuration(expected.eval_time)},\n${difference}`,
        )
      }
    }
  }

  private checkExpression({ expr, eval_time, exp_samples }: ExpectedSamples): void {
    const title = `expr: ${JSON.stringify(expr)}, time: ${formatDuration(eval_time)},`
    try {
      const got = queryVector(expr, this.samples, this.startMs + eval_time, this.context.options)
      const expected = exp_samples.map(readExpected)
      const difference = compareSamples(expected, got, this.file.fuzzy_compare)
      if (difference) this.failures.push(`${title}\n${difference}`)
    } catch (error) {
      this.failures.push(`${title} err: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

function readExpected({ labels, value, histogram }: ExpectedSamples['exp_samples'][number]): {
  labels: Labels
  value: number
} {
  if (histogram !== '') throw new NotationError('native histograms are not supported')
  try {
    return { labels: parseMetric(labels), value }
  } catch (error) {
    if (error instanceof NotationError) throw new NotationError(`labels "${labels}": ${error.message}`)
    throw error
  }
}

function alertStates(group: RuleGroup): Map<number, AlertStates> {
  const entries = [...group.rules.entries()].filter(([, rule]) => rule.kind === 'alerting')
  return new Map(entries.map(([index, rule]) => [index, new AlertStates(rule, group)]))
}
