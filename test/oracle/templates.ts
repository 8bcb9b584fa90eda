import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPromtool } from './promtool.ts'
import { BROKEN, TEMPLATES, VALUES } from './template-cases.ts'

/**
 * Records what the real promtool (PROMTOOL, or built once) makes of templates, for the table that `npm test` replays:
 * `node test/oracle/templates.ts`. A template that fails is recorded without Go's words for the failure.
 */
const promtool = findPromtool(join(import.meta.dirname, '../..'))
const folder = mkdtempSync(join(tmpdir(), 'oracle-templates-'))
try {
  const recorded = { expanded: recordExpanded(promtool), broken: recordBroken(promtool) }
  writeFileSync('test/unit/rules/templates/promtool.recorded.json', `${JSON.stringify(recorded, null, 1)}\n`)
  console.log(`${recorded.expanded.length} expansions, ${recorded.broken.length} broken templates`)
} finally {
  rmSync(folder, { recursive: true })
}

interface Expansion {
  template: string
  value: string
  text: string
}

function recordExpanded(program: string): Expansion[] {
  const alerts = TEMPLATES.map((template, index) => ({
    alert: `T${index}`,
    expr: 'm',
    annotations: { out: template },
  }))
  writeFileSync(join(folder, 'rules.json'), JSON.stringify({ groups: [{ name: 'g', rules: alerts }] }))
  const input = (labels: string, values: string) => ({ series: labels, values })
  const tests = VALUES.map((value) => ({
    interval: '1m',
    external_labels: { env: 'prod' },
    external_url: 'https://prom.example.com/base',
    input_series: [
      input('m{instance="web.example.com:9090",job="j-1",path="/a b"}', `${value} ${value}`),
      input('other{name="b",rank="1"}', '2 2'),
      input('other{name="a",rank="3"}', '1.5 1.5'),
      input('other{name="c",rank="2"}', '3 3'),
    ],
    alert_rule_test: alerts.map(({ alert }) => ({ eval_time: '1m', alertname: alert, exp_alerts: [] })),
  }))
  writeFileSync(join(folder, 'test.json'), JSON.stringify({ rule_files: ['rules.json'], tests }))
  const output = failing(program, ['test', 'rules', join(folder, 'test.json')])
  const found = [...output.matchAll(/alertname: T(\d+),[\s\S]*?Annotations:\{(?:out="((?:\\.|[^"\\])*)")?\}/g)]
  if (found.length !== TEMPLATES.length * VALUES.length) throw new Error(`${found.length} expansions:\n${output}`)
  return found.map(([, index, quoted], position) => ({
    template: TEMPLATES[Number(index)] ?? '',
    value: VALUES[Math.floor(position / TEMPLATES.length)] ?? '',
    text: JSON.parse(`"${(quoted ?? '').replaceAll('\\x', '\\u00').replaceAll('\\a', '\\u0007')}"`),
  }))
}

function recordBroken(program: string): { template: string; message: string }[] {
  return BROKEN.map((template) => {
    const rules = [{ alert: 'T', expr: 'm', annotations: { out: template } }]
    writeFileSync(join(folder, 'broken.json'), JSON.stringify({ groups: [{ name: 'g', rules }] }))
    const output = failing(program, ['check', 'rules', join(folder, 'broken.json')])
    const message = /annotation "out": (.*)/.exec(output)?.[1]
    if (!message) throw new Error(`${template} is not broken:\n${output}`)
    return { template, message }
  })
}

/** Both outputs of a call; promtool exits with 1 when a test fails, which is how it tells what it got. */
function failing(program: string, args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1e8 })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return stdout + stderr
  }
}
