import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadRules } from '../../../lib/rules/load-rules.ts'
import { runTest } from '../../../lib/rules/unit-test/run-test.ts'
import { readTestFile } from '../../../lib/rules/unit-test/test-file.ts'
import { ALERT_NAMES, EXPRESSIONS, type GeneratedCase } from '../../oracle/rule-file-cases.ts'

interface Recorded extends GeneratedCase {
  alerts?: { atMinute: number; name: string; got: { labels: object; annotations: object }[] }[]
  samples?: { atMinute: number; expr: string; got: { labels: string; value: string }[] }[]
}

/** Recorded by test/oracle/rule-files.ts from the real promtool. */
const cases: Recorded[] = JSON.parse(readFileSync(new URL('unit-test/promtool.recorded.json', import.meta.url), 'utf8'))

/** The case as a unit-test file that expects what promtool got, at every minute. */
function expectations({ series, minutes, alerts = [], samples = [] }: Recorded) {
  const all = [...Array(minutes + 1).keys()]
  return {
    interval: '1m',
    input_series: series,
    alert_rule_test: all.flatMap((minute) =>
      ALERT_NAMES.map((alertname) => ({
        eval_time: `${minute}m`,
        alertname,
        exp_alerts: (alerts.find((one) => one.atMinute === minute && one.name === alertname)?.got ?? []).map(
          ({ labels, annotations }) => ({ exp_labels: labels, exp_annotations: annotations }),
        ),
      })),
    ),
    promql_expr_test: all.flatMap((minute) =>
      EXPRESSIONS.map((expr) => ({
        expr,
        eval_time: `${minute}m`,
        exp_samples: samples.find((one) => one.atMinute === minute && one.expr === expr)?.got ?? [],
      })),
    ),
  }
}

function failuresOf(recorded: Recorded): string[] {
  const rules = JSON.stringify({ groups: recorded.groups })
  const { groups } = loadRules([{ path: 'rules.json', text: rules }], { longestRangeMs: Number.POSITIVE_INFINITY })
  const text = JSON.stringify({ tests: [expectations(recorded)] })
  const { file, problems } = readTestFile({ path: 'test.json', text })
  expect(problems).toEqual([])
  return file!.tests.flatMap((one) => runTest(one, file!, groups))
}

test.for(cases.map((recorded, index) => ({ index, recorded })))(
  'rule file $index gives what promtool got',
  ({ recorded }) => {
    const failures = failuresOf(recorded)
    if (recorded.alerts) expect(failures).toEqual([])
    else expect(failures.join('\n')).toMatch(/rule: .* err: /)
  },
)
