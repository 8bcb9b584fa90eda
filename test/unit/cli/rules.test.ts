import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { formatResult } from '../../../lib/cli/commands/rules-test.ts'
import { formatBacktest } from '../../../lib/cli/format/backtest.ts'
import { backtest } from '../../../lib/rules/backtest.ts'
import { loadRules } from '../../../lib/rules/load-rules.ts'
import { SeriesStore } from '../../../lib/rules/store/series-store.ts'
import { runTestFiles } from '../../../lib/rules/unit-test/run-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'cli-rules-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const run = (...args: string[]) =>
  spawnSync(process.execPath, ['bin/fleetwatch.ts', 'rules', ...args], { encoding: 'utf8' })

describe('rules check', () => {
  test('a good file: exit 0, a summary on stderr', () => {
    const file = write('good.yaml', 'groups: [{ name: g, rules: [{ alert: A, expr: up == 0 }] }]')
    expect(run('check', file)).toMatchObject({ status: 0, stdout: '', stderr: 'files: 1, rules: 1, no problem\n' })
  })

  test('one line per problem, exit 1; a missing file is one', () => {
    const file = write('bad.yaml', 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(up\n')
    const { status, stdout } = run('check', file, join(folder, 'none.yaml'))
    expect(status).toBe(1)
    expect(stdout.replaceAll(folder, '').split('\n')).toEqual([
      '/none.yaml:1:1: the file cannot be read: no such file',
      expect.stringMatching(/^\/bad\.yaml:5:\d+: /),
      '',
    ])
  })
})

describe('rules test', () => {
  const rules = 'groups: [{ name: g, rules: [{ alert: Down, expr: up == 0, labels: { severity: page } }] }]'
  const tests = `
rule_files: [down.yaml, none-*.yaml]
tests:
  - name: goes down
    input_series: [{ series: 'up{job="x"}', values: "1 0" }]
    alert_rule_test:
      - { eval_time: 1m, alertname: Down, exp_alerts: [{ exp_labels: { job: x } }] }
    promql_expr_test:
      - { expr: sum(up), eval_time: 0s, exp_samples: [{ labels: "{}", value: 2 }] }
`

  test('tells per file what was expected and what was got', () => {
    write('down.yaml', rules)
    const [result] = [...runTestFiles([write('test.yaml', tests)])]
    expect(formatResult(result!).replaceAll(folder, '')).toMatchInlineSnapshot(`
      "/test.yaml: warning: no file matches "none-*.yaml"
      /test.yaml: FAILED
        goes down: alertname: Down, time: 1m,
            exp:
              {alertname="Down", job="x"}
                annotations {}
            got:
              {alertname="Down", job="x", severity="page"}
                annotations {}
        goes down: expr: "sum(up)", time: 0s,
            exp:
              {} 2
            got:
              {} 1"
    `)
  })

  test('only the tests whose name matches', () => {
    const [result] = [...runTestFiles([join(folder, 'test.yaml')], '^other')]
    expect(result).toMatchObject({ tests: 0, failures: [] })
  })

  test('exit codes and JSON', () => {
    const { status, stdout } = run('test', '--json', join(folder, 'test.yaml'))
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      files: [{ tests: 1, failures: [{ test: 'goes down' }, {}] }],
    })
  })
})

describe('rules preset', () => {
  test('show prints a rule file that loads', () => {
    const text = execFileSync(process.execPath, ['bin/fleetwatch.ts', 'rules', 'preset', 'show', 'fleet'], {
      encoding: 'utf8',
    })
    expect(loadRules([{ path: 'fleet', text }], { longestRangeMs: 3_600_000 }).problems).toEqual([])
  })

  test('an unknown one is refused with what was meant', () => {
    expect(run('preset', 'show', 'flet')).toMatchObject({ status: 2, stderr: expect.stringContaining('"fleet"') })
  })
})

describe('rules backtest', () => {
  const START = Date.parse('2026-11-21T09:00:00Z')
  const rules = `
groups:
  - name: g
    rules:
      - { record: "down:count", expr: "count(up == 0)" }
      - { alert: Down, expr: up == 0, for: 2m, labels: { severity: critical } }
      - { alert: Twice, expr: "max_over_time(down:count[3m]) > 1" }
      - { alert: Broken, expr: "up * on() up" }`

  test('tells when each alert would have fired, and for how long', () => {
    const store = new SeriesStore({ retentionMs: 86_400_000 })
    const histories = { a: '1000011111', b: '1111100000' }
    for (const [minute] of [...'0123456789'].entries()) {
      const samples = Object.entries(histories).map(([deployment, values]) => ({
        labels: { __name__: 'up', deployment },
        value: Number(values[minute]),
      }))
      store.addSamples(samples, START + minute * 60_000, 'poll')
    }
    const { groups } = loadRules([{ path: 'r.yaml', text: rules }], { longestRangeMs: 3_600_000 })
    const span = { fromMs: START, toMs: START + 9 * 60_000, stepMs: 60_000 }
    const result = backtest(groups, store, span, { externalLabels: {}, externalUrl: '' })
    expect(formatBacktest(result, span.toMs, 200)).toMatchInlineSnapshot(`
      "Rule Broken failed 10 times: found duplicate series for the match group {} on the right hand-side of the operation: [up{deployment="a"}, up{deployment="b"}];many-to-many matching not allowed: matching labels must be unique on one side
      ALERT  FROM (UTC)           FOR               LABELS
      Down   2026-11-21 09:03:00  2m                deployment=a severity=critical
      Down   2026-11-21 09:07:00  2m, still firing  deployment=b severity=critical

      Firings: 2, of alerts: 1, in 10 evaluations."
    `)
  })

  test('says so when nothing would have fired', () => {
    expect(formatBacktest({ evaluations: 60, firings: [], failures: [] }, 0, 80)).toBe(
      'Nothing would have fired in 60 evaluations.',
    )
  })
})
