import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../../lib/model/problem.ts'
import { RuleGroup } from '../../../lib/model/rule.ts'
import { loadRules } from '../../../lib/rules/load-rules.ts'

const LIMITS = { longestRangeMs: 3_600_000 }
const load = (text: string, path = 'r.yaml') => loadRules([{ path, text }], LIMITS)
const problemsOf = (text: string) => load(text).problems.map(formatProblem)

describe('problems name line, column and what was expected', () => {
  test.for([
    {
      name: 'labels indented under the group',
      text: 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n  annotations:\n    summary: x\n',
      problems: [
        'r.yaml:6:3: unknown key "annotations"; it belongs to a rule: indent it as deep as the rule\'s "expr"',
      ],
    },
    {
      name: 'a label that is not indented under labels',
      text: 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    labels:\n    severity: critical\n',
      problems: ['r.yaml:7:5: unknown key "severity"; if it is one of the labels, indent it deeper than "labels:"'],
    },
    {
      name: 'an annotation beside the keys of the rule',
      text: 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    summary: it is down\n',
      problems: [
        'r.yaml:6:5: unknown key "summary"; if it is meant as one of the annotations, put it under "annotations:"',
      ],
    },
    {
      name: 'a rule at the top of the file',
      text: 'alert: A\nexpr: up\n',
      problems: [
        'r.yaml:1:1: unknown key "alert"; it belongs to a rule of a group: indent it as deep as the rule\'s "expr"',
        'r.yaml:2:1: unknown key "expr"; it belongs to a rule of a group: indent it as deep as the rule\'s "expr"',
      ],
    },
    {
      name: 'a fault on the third line of an expression',
      text: 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: |\n      up\n        and\n        nope(up)\n',
      problems: ['r.yaml:8:9: unknown function "nope"'],
    },
    {
      name: 'a fault in a folded, and in a quoted expression',
      text: `groups:\n- name: g\n  rules:\n  - alert: A\n    expr: >-\n      up and\n      nope(up)\n  - alert: B\n    expr: "up{a=\\"b\\"} and nope(up)"\n  - alert: C\n    expr: 'up{a=''b''} and nope(up)'\n`,
      problems: [
        'r.yaml:7:7: unknown function "nope"',
        'r.yaml:9:28: unknown function "nope"',
        'r.yaml:11:28: unknown function "nope"',
      ],
    },
    {
      name: 'a template in an annotation of several lines',
      text: 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    annotations:\n      text: |\n        first line\n        {{ $labls.x }}\n',
      problems: ['r.yaml:9:12: template of "text": undefined variable "$labls"'],
    },
    {
      name: 'a name that no series has',
      text: 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: mcp_deployment_stats == 0\n',
      problems: [
        'r.yaml:5:11: warning: nothing that fleetwatch knows produces "mcp_deployment_stats"; did you mean "mcp_deployment_status"?',
      ],
    },
    {
      name: 'ranges of exactly, and of more than what is kept; offsets and subqueries count',
      text: 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: rate(mcp_errors_total[1h]) > 0\n  - alert: B\n    expr: rate(mcp_errors_total[30m] offset 31m) > 0\n  - alert: C\n    expr: max_over_time(rate(mcp_errors_total[30m])[45m:]) > 0\n',
      problems: [
        'r.yaml:7:16: this looks back 1h1m, but samples are kept for 1h; shorten the range, offset or subquery',
        'r.yaml:9:30: this looks back 1h15m, but samples are kept for 1h; shorten the range, offset or subquery',
      ],
    },
  ])('$name', ({ text, problems }) => {
    expect(problemsOf(text)).toEqual(problems)
  })

  test('the look-back of an instant selector does not count, its offset does', () => {
    const text = (offset: string) => `groups: [{ name: g, rules: [{ alert: A, expr: up offset ${offset} }] }]`
    expect(problemsOf(text('1h'))).toEqual([])
    expect(problemsOf(text('61m'))).toEqual([expect.stringContaining('looks back 1h1m')])
  })

  test('recorded names are known in all files; the order of the problems is that of the files', () => {
    const use = 'groups: [{ name: g, rules: [{ alert: A, expr: "my:rate > other" }] }]'
    const record = 'groups: [{ name: g, rules: [{ record: "my:rate", expr: up }, { alert: B, expr: nope( }] }]'
    const { problems } = loadRules(
      [use, record].map((text, index) => ({ path: `${index}.yaml`, text })),
      LIMITS,
    )
    expect(problems.map(({ file, severity }) => `${file} ${severity}`)).toEqual(['0.yaml warning', '1.yaml error'])
  })
})

describe('what is loaded', () => {
  test('the short form: one rule each, without groups', () => {
    const text = `
alerts:
  - name: McpDown
    condition: mcp_deployment_status == 0
    for: 5m
    labels: { severity: critical }
    annotations: { summary: "{{ $labels.deployment }} is down" }
`
    const { groups, problems } = load(text)
    expect(problems).toEqual([])
    expect(groups).toMatchObject([
      {
        name: 'alerts',
        rules: [{ kind: 'alerting', name: 'McpDown', expr: 'mcp_deployment_status == 0', forMs: 300_000 }],
      },
    ])
  })

  test('mistakes in the short form are told in its own words', () => {
    expect(problemsOf('alerts:\n  - name: A\n    expr: up\n  - condition: up{\n')).toEqual([
      'r.yaml:2:5: expected "condition:" with a PromQL expression',
      expect.stringContaining('r.yaml:3:5: unknown key "expr"'),
      'r.yaml:4:5: expected "name:" with the name of the alert',
      expect.stringMatching(/^r\.yaml:4:\d+: /),
    ])
  })

  test('labels keep the text they have in the file, and the result is JSON of the schema', () => {
    const text = `
groups:
  - name: g
    interval: 30s
    query_offset: 1m
    limit: 7
    labels: { team: a, tier: 1.50 }
    rules:
      - { alert: A, expr: up, labels: { team: b, on: yes, none: ~ }, keep_firing_for: 2m }
`
    const { groups } = load(text)
    expect(JSON.parse(JSON.stringify(groups))).toEqual(groups.map((group) => RuleGroup.parse(group)))
    expect(groups).toMatchObject([
      {
        intervalMs: 30_000,
        queryOffsetMs: 60_000,
        limit: 7,
        rules: [{ labels: { team: 'b', tier: '1.50', on: 'yes', none: '' }, keepFiringForMs: 120_000, line: 9 }],
      },
    ])
  })
})

describe('bad input is bounded', () => {
  test('a file of 5 MB', () => {
    const rules = Array.from(
      { length: 50_000 },
      (_, index) => `  - { alert: A${index}, expr: 'up{a="${'x'.repeat(40)}"} == 0' }`,
    )
    const startedAt = Date.now()
    const { groups } = load(`groups:\n- name: g\n  rules:\n${rules.join('\n')}\n`)
    expect(groups[0]?.rules).toHaveLength(50_000)
    expect(Date.now() - startedAt).toBeLessThan(20_000)
  }, 30_000)

  test('a hundred levels of parentheses, and a thousand pipes', () => {
    const deep = `${'('.repeat(100)}up${')'.repeat(100)}`
    expect(problemsOf(`groups: [{ name: g, rules: [{ alert: A, expr: '${deep}' }] }]`).join()).toMatch(/^$|nest|deep/)
    const wide = `{{ ${'('.repeat(1000)}1${')'.repeat(1000)} }}`
    const text = `groups: [{ name: g, rules: [{ alert: A, expr: up, annotations: { a: '${wide}' } }] }]`
    expect(problemsOf(text)).toEqual([expect.stringContaining('max expression depth exceeded')])
  })

  test('aliases that multiply', () => {
    const levels = [...'bcdefghi'].map((name, index) => `${name}: &${name} [${`*${'abcdefghi'[index]},`.repeat(9)}]`)
    expect(problemsOf(`a: &a [x]\n${levels.join('\n')}\n`).length).toBeGreaterThan(0)
  })
})
