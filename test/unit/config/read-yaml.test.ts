import { expect, test } from 'vitest'
import { z } from 'zod'
import { readYaml } from '../../../lib/config/read-yaml.ts'
import { FleetwatchYaml } from '../../../lib/config/schema.ts'
import { formatProblem } from '../../../lib/model/problem.ts'

const read = (text: string) => readYaml('fleetwatch.yaml', text, FleetwatchYaml).problems.map(formatProblem)

test.for([
  {
    name: 'unknown key',
    text: 'alerting: a.yml\nrulez: []\n',
    says: 'fleetwatch.yaml:2:1: unknown key "rulez"; did you mean "rules"?',
  },
  {
    name: 'unknown key, deep',
    text: 'alerting: a.yml\nfleet:\n  cluster: [a]\n',
    says: 'fleetwatch.yaml:3:3: unknown key "cluster"; did you mean "clusters"?',
  },
  {
    name: 'unknown key in a list',
    text: 'alerting: a.yml\nbudgets:\n  - name: x\n    amout: 5\n    amount: 5\n',
    says: 'fleetwatch.yaml:4:5: unknown key "amout"; did you mean "amount"?',
  },
  {
    name: 'wrong type',
    text: 'alerting: a.yml\nbudgets:\n  - {name: x, amount: much}\n',
    says: 'fleetwatch.yaml:3:15: budgets.0.amount: expected number, received string',
  },
  {
    name: 'missing key',
    text: 'rules: []\n',
    says: 'fleetwatch.yaml:1:1: alerting: expected string, received undefined',
  },
  {
    name: 'bad duration',
    text: 'alerting: a.yml\nprobe:\n  timeout: 10 seconds\n',
    says: 'fleetwatch.yaml:3:3: probe.timeout: expected a duration such as 30s, 5m or 1h30m, got "10 seconds"',
  },
  {
    name: 'a secret itself',
    text: 'alerting: a.yml\nwebhook_signing_secret: hunter2\n',
    says: 'fleetwatch.yaml:2:1: webhook_signing_secret: expected a reference such as secretsmanager:fleetwatch/slack',
  },
  {
    name: 'duplicate key',
    text: 'alerting: a.yml\nalerting: b.yml\n',
    says: 'fleetwatch.yaml:2:1: Map keys must be unique',
  },
  { name: 'broken YAML', text: 'alerting: [a\n', says: 'fleetwatch.yaml:2:1: Flow sequence' },
  { name: 'a list instead of a map', text: '- a\n', says: 'fleetwatch.yaml:1:1: expected object, received array' },
  { name: 'empty file', text: '', says: 'fleetwatch.yaml:1:1: alerting: expected string' },
  {
    name: 'unknown metric',
    text: 'alerting: a.yml\nmetrics:\n  per_server: [upp]\n',
    says: 'fleetwatch.yaml:3:16: metrics.per_server.0: Invalid option',
  },
])('$name', ({ text, says }) => {
  expect(read(text)[0]).toContain(says)
})

test('a good file has a value and no problems', () => {
  const file = readYaml('fleetwatch.yaml', 'alerting: a.yml\nprobe: {timeout: 1m30s}\n', FleetwatchYaml)
  expect(file.problems).toEqual([])
  expect(file.value?.probe.timeout).toBe(90_000)
})

test('positions of values, for errors inside them', () => {
  const file = readYaml('r.yml', 'a:\n  - expr: |\n      up == 0\n', z.looseObject({}))
  expect(file.positionOf(['a', 0, 'expr'])).toEqual({ line: 2, column: 11 })
})
