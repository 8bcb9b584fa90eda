import { describe, expect, test } from 'vitest'
import type { RuleGroup } from '../../../lib/model/rule.ts'
import type { Sample } from '../../../lib/model/sample.ts'
import { evaluateGroups } from '../../../lib/rules/evaluate-groups.ts'
import { loadRules } from '../../../lib/rules/load-rules.ts'
import { SeriesStore } from '../../../lib/rules/store/series-store.ts'

const AT = Date.parse('2026-11-21T09:00:00Z')
const CONTEXT = { externalLabels: { env: 'prod' }, externalUrl: 'https://fleet.example.com' }

function groupsOf(text: string): RuleGroup[] {
  const { groups, problems } = loadRules([{ path: 'r.yaml', text }], { longestRangeMs: 3_600_000 })
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return groups
}

function storeOf(series: Record<string, Record<string, number>>): SeriesStore {
  const store = new SeriesStore({ retentionMs: 3_600_000 })
  for (const [name, byDeployment] of Object.entries(series)) {
    const samples = Object.entries(byDeployment).map(
      ([deployment, value]): Sample => ({ labels: { __name__: name, deployment }, value }),
    )
    store.addSamples(samples, AT - 30_000, name)
  }
  return store
}

const evaluate = (text: string, store: SeriesStore) => evaluateGroups(groupsOf(text), store, new Date(AT), CONTEXT)

describe('alerting rules', () => {
  test('labels: those of the series without its name, then group and rule, templates expanded, then alertname', () => {
    const text = `
groups:
  - name: g
    labels: { team: platform, severity: info }
    rules:
      - alert: Down
        expr: mcp_deployment_status == 0
        for: 5m
        keep_firing_for: 1m
        labels: { severity: critical, who: "{{ $labels.deployment }}-{{ $externalLabels.env }}", gone: "{{ $labels.no }}" }
        annotations: { summary: "{{ $labels.__name__ }} {{ $value }}", empty: "{{ $labels.no }}" }
`
    expect(evaluate(text, storeOf({ mcp_deployment_status: { a: 0, b: 1 } })).active).toEqual([
      {
        group: 'g',
        rule: 'Down',
        labels: { deployment: 'a', team: 'platform', severity: 'critical', who: 'a-prod', alertname: 'Down' },
        annotations: { summary: 'mcp_deployment_status 0', empty: '' },
        value: 0,
        forMs: 300_000,
        keepFiringForMs: 60_000,
      },
    ])
  })

  test('a template that fails tells so in its text, and the alert is still there', () => {
    const text = `
groups: [{ name: g, rules: [{ alert: A, expr: up, annotations: { x: '{{ $labels.deployment.nope }}' } }] }]`
    const { active, failures } = evaluate(text, storeOf({ up: { a: 1 } }))
    expect(failures).toEqual([])
    expect(active[0]?.annotations.x).toMatch(/^<error expanding template: .*nope/)
  })

  test('a scalar expression is one alert without labels of a series', () => {
    const text = 'groups: [{ name: g, rules: [{ alert: A, expr: "scalar(sum(up))" }] }]'
    expect(evaluate(text, storeOf({ up: { a: 1, b: 1 } })).active).toMatchObject([
      { labels: { alertname: 'A' }, value: 2 },
    ])
  })

  test('query in a template sees what rules see', () => {
    const text = `
groups:
  - name: g
    rules:
      - { record: "fleet:up:sum", expr: sum(up) }
      - { alert: A, expr: up == 0, annotations: { x: '{{ with query "fleet:up:sum" }}{{ . | first | value }}{{ end }}' } }`
    expect(evaluate(text, storeOf({ up: { a: 1, b: 0 } })).active[0]?.annotations.x).toBe('1')
  })
})

describe('recording rules', () => {
  const chain = `
groups:
  - name: first
    rules:
      - { record: "a:up", expr: up, labels: { level: a, deployment: "" } }
      - { record: "b:up", expr: "a:up * 10" }
  - name: second
    rules:
      - { alert: High, expr: "b:up > 5" }`

  test('are seen by later rules and groups of the same evaluation', () => {
    const { recorded, active } = evaluate(chain, storeOf({ up: { a: 1 } }))
    expect(recorded).toEqual([
      { labels: { __name__: 'a:up', level: 'a' }, value: 1 },
      { labels: { __name__: 'b:up', level: 'a' }, value: 10 },
    ])
    expect(active).toMatchObject([{ rule: 'High', value: 10, labels: { level: 'a', alertname: 'High' } }])
  })

  test('add to what they recorded before', () => {
    const store = storeOf({ up: { a: 1 } })
    store.addSamples([{ labels: { __name__: 'b:up', level: 'a' }, value: 4 }], AT - 60_000, 'recorded')
    const text = chain.replace('b:up > 5', 'delta(b:up[2m]) > 0')
    expect(evaluate(text, store).active).toHaveLength(1)
  })

  test('a series the rule no longer gives has ended for later rules at once', () => {
    const store = storeOf({ up: { a: 1 } })
    store.addSamples([{ labels: { __name__: 'b:up', level: 'old' }, value: 40 }], AT - 60_000, 'recorded')
    expect(evaluate(chain, store).active.map(({ labels }) => labels.level)).toEqual(['a'])
  })
})

describe('a rule that fails', () => {
  const limited = `
groups:
  - name: g
    limit: 1
    rules:
      - { alert: TooMany, expr: up }
      - { record: "too:many", expr: up }
      - { record: same, expr: up, labels: { deployment: "" } }
      - { alert: Same, expr: up, labels: { deployment: x } }
      - { alert: Join, expr: "up * on() up" }
      - { alert: Fine, expr: "sum(up) > 0" }`

  test('is reported, and the others are evaluated', () => {
    const { active, recorded, failures } = evaluate(limited, storeOf({ up: { a: 1, b: 1 } }))
    expect(active.map(({ rule }) => rule)).toEqual(['Fine'])
    expect(recorded).toEqual([])
    expect(failures.map(({ rule, message }) => `${rule}: ${message.slice(0, 60)}`)).toEqual([
      'TooMany: exceeded limit of 1 with 2 alerts',
      'too:many: exceeded limit of 1 with 2 series',
      'same: vector contains metrics with the same labelset after applyin',
      'Same: vector contains metrics with the same labelset after applyin',
      expect.stringContaining('Join: '),
    ])
  })
})

test('query_offset looks at an earlier moment', () => {
  const text = (offset: string) =>
    `groups: [{ name: g, query_offset: ${offset}, rules: [{ alert: A, expr: up == 1 }] }]`
  const store = storeOf({ up: { a: 1 } })
  expect(evaluate(text('30s'), store).active).toHaveLength(1)
  expect(evaluate(text('31s'), store).active).toHaveLength(0)
})
