import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../../lib/model/problem.ts'
import { LONGEST_RANGE_MS } from '../../../lib/rules/limits.ts'
import { loadRules } from '../../../lib/rules/load-rules.ts'
import { isPreset, PRESETS, readPreset } from '../../../lib/rules/presets.ts'
import { runTestFiles } from '../../../lib/rules/unit-test/run-files.ts'

const NAMES = Object.keys(PRESETS).filter(isPreset)
const THREE_DAYS_MS = 3 * 86_400_000
const runbook = readFileSync('docs/runbook.md', 'utf8')
const entries = [...runbook.matchAll(/^### (\w+)\n\n(.+)\n\n- First look: .+\n- Remedies: .+$/gm)].map(
  (match) => match[1],
)

const TESTS = 'test/unit/rules/presets'
const testFiles = readdirSync(TESTS).map((name) => `${TESTS}/${name}`)
const testTexts = testFiles.map((path) => readFileSync(path, 'utf8')).join('\n')

const load = (name: (typeof NAMES)[number]) =>
  loadRules([{ path: `${name}.yaml`, text: readPreset(name) }], {
    longestRangeMs: name === 'objectives-slow' ? THREE_DAYS_MS : LONGEST_RANGE_MS,
  })

test('each file of the folder is a preset', () => {
  const files = readdirSync(new URL('../../../lib/rules/presets', import.meta.url))
  expect(files.sort()).toEqual(NAMES.map((name) => `${name}.yaml`).sort())
})

describe.for(NAMES)('preset %s', (name) => {
  test('loads without an error or warning', () => {
    expect(load(name).problems.map(formatProblem)).toEqual([])
  })

  const alerts = load(name).groups.flatMap(({ rules }) => rules.filter(({ kind }) => kind === 'alerting'))

  test.for(alerts)('$name has severity, summary and an entry in the runbook', (rule) => {
    expect(['critical', 'warning', 'info']).toContain(rule.labels.severity)
    expect(rule.annotations.summary).toBeTruthy()
    expect(rule.annotations.runbook).toBe(`docs/runbook.md#${rule.name.toLowerCase()}`)
    expect(entries).toContain(rule.name)
  })

  test.for(alerts)('$name is tested firing', (rule) => {
    expect(testTexts).toMatch(new RegExp(`alertname: ${rule.name}\\n +exp_alerts:`))
  })
})

test.for(testFiles)('%s passes', (path) => {
  expect([...runTestFiles([path])].flatMap(({ warnings, failures }) => [...warnings, ...failures])).toEqual([])
})

test('no name stands in two presets, so that they can be used together', () => {
  const names = NAMES.flatMap((name) =>
    load(name).groups.flatMap(({ rules }) => rules.filter(({ kind }) => kind === 'alerting').map((rule) => rule.name)),
  )
  expect(new Set(names).size).toBe(names.length)
})
