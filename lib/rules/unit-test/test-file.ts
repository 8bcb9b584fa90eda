import * as z from 'zod'
import { readYaml } from '../../config/read-yaml.ts'
import { parseDuration } from '../../model/duration.ts'
import type { Problem } from '../../model/problem.ts'
import type { SourceFile } from '../load-rules.ts'

const text = z
  .string()
  .nullish()
  .transform((written) => written ?? '')
const texts = z
  .record(z.string(), z.string().nullable())
  .nullish()
  .transform((written) =>
    Object.fromEntries(Object.entries(written ?? {}).map(([name, value]) => [name, value ?? ''] as const)),
  )
const list = <S extends z.ZodType>(item: S) =>
  z
    .array(item)
    .nullish()
    .transform((written) => written ?? [])

const duration = z
  .string()
  .nullish()
  .transform((written, context) => {
    const durationMs = parseDuration(written ?? '0')
    if (durationMs !== undefined) return durationMs
    context.addIssue({ code: 'custom', message: `expected a duration such as 30s, 5m or 1h30m, got "${written}"` })
    return z.NEVER
  })

const YAML_NUMBER = /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/
const real = z
  .string()
  .nullish()
  .transform((written, context) => {
    if (written === null || written === undefined) return 0
    if (/^[-+]?\.(inf|Inf|INF)$/.test(written)) return written.startsWith('-') ? -Infinity : Infinity
    if (/^\.(nan|NaN|NAN)$/.test(written)) return Number.NaN
    if (YAML_NUMBER.test(written)) return Number(written.replaceAll('_', ''))
    if (/^[-+]?0[xXbo][\da-fA-F_]+$/.test(written)) return Number(written.replaceAll('_', ''))
    context.addIssue({ code: 'custom', message: `expected a number, got "${written}"` })
    return z.NEVER
  })
const flag = z
  .string()
  .nullish()
  .transform((written) => /^(true|yes|on|y)$/i.test(written ?? ''))

/** A moment as RFC 3339 or in Unix seconds; becomes milliseconds. */
const moment = z
  .string()
  .nullish()
  .transform((written, context) => {
    if (written === null || written === undefined) return undefined
    const isSeconds = written !== '' && Number.isFinite(Number(written))
    const ms = isSeconds ? Math.trunc(Number(written) * 1000) : RFC3339.test(written) ? Date.parse(written) : Number.NaN
    if (!Number.isNaN(ms)) return ms
    context.addIssue({ code: 'custom', message: `expected a time such as 2026-11-21T09:00:00Z, got "${written}"` })
    return z.NEVER
  })
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

const Alert = z.strictObject({ exp_labels: texts, exp_annotations: texts })
const AlertTest = z.strictObject({ eval_time: duration, alertname: text, exp_alerts: list(Alert) })
const Sample = z.strictObject({ labels: text, value: real, histogram: text })
const ExpressionTest = z.strictObject({ expr: text, eval_time: duration, exp_samples: list(Sample) })
const TestGroup = z.strictObject({
  interval: duration,
  input_series: list(z.strictObject({ series: text, values: text })),
  alert_rule_test: list(AlertTest),
  promql_expr_test: list(ExpressionTest),
  external_labels: texts,
  external_url: text,
  name: text,
  start_timestamp: moment,
})
export type TestGroup = z.infer<typeof TestGroup>
export type ExpectedSamples = z.infer<typeof ExpressionTest>

/** promtool's unit-test file (Prometheus documentation, "Unit testing for rules"), durations in milliseconds. */
const TestFile = z.strictObject({
  rule_files: list(z.string()),
  evaluation_interval: duration,
  group_eval_order: list(z.string()),
  tests: list(TestGroup),
  fuzzy_compare: flag,
})
export type TestFile = z.infer<typeof TestFile>

/** Reads a unit-test file as strictly as promtool does: unknown and repeated keys are faults. */
export function readTestFile({ path, text }: SourceFile): { file?: TestFile; problems: Problem[] } {
  const yaml = readYaml(path, text, TestFile, { scalars: 'text' })
  if (!yaml.value) return { problems: yaml.problems }
  const order = yaml.value.group_eval_order
  const repeated = order.findIndex((name, index) => order.indexOf(name) < index)
  if (repeated >= 0) {
    const message = `group name repeated in evaluation order: ${order[repeated]}`
    return { problems: [yaml.problemAt(['group_eval_order', repeated], message)] }
  }
  return { file: { ...yaml.value, evaluation_interval: yaml.value.evaluation_interval || 60_000 }, problems: [] }
}
