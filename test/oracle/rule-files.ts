import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { findPromtool } from './promtool.ts'
import { ALERT_NAMES, EXPRESSIONS, type GeneratedCase, generatedCase } from './rule-file-cases.ts'

/**
 * Records what the real promtool (PROMTOOL, or built once) finds at every minute of generated rule files over generated
 * series: alerts with labels and annotations, recorded series, ALERTS and ALERTS_FOR_STATE. `npm test` replays the table.
 * `node test/oracle/rule-files.ts [cases] [seed]`
 */
const promtool = findPromtool(join(import.meta.dirname, '../..'))
const [count = '150', seed = '20261121'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'oracle-rules-'))

interface Recorded extends GeneratedCase {
  /** Undefined: a rule could not be evaluated. */
  alerts?: { atMinute: number; name: string; got: { labels: Texts; annotations: Texts }[] }[]
  samples?: { atMinute: number; expr: string; got: { labels: string; value: string }[] }[]
}
type Texts = Record<string, string>

try {
  const cases = fc.sample(generatedCase, { numRuns: Number(count), seed: Number(seed) })
  // NaN equals nothing in a unit test, and YAML has its own words for Inf.
  const recorded = cases
    .map((one, index) => observe(one, index))
    .filter(({ samples = [] }) => samples.every(({ got }) => got.every(({ value }) => Number.isFinite(Number(value)))))
  mkdirSync('test/unit/rules/unit-test', { recursive: true })
  writeFileSync(
    'test/unit/rules/unit-test/promtool.recorded.json',
    `[\n${recorded.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`,
  )
  const broken = recorded.filter(({ alerts }) => !alerts).length
  console.log(`${recorded.length} rule files, ${broken} of them with a rule that cannot be evaluated`)
} finally {
  rmSync(folder, { recursive: true })
}

/** Asks with expectations that nothing can meet, so that promtool tells for each what it got. */
function observe(one: GeneratedCase, index: number): Recorded {
  writeFileSync(join(folder, `rules-${index}.json`), JSON.stringify({ groups: one.groups }))
  const minutes = [...Array(one.minutes + 1).keys()]
  const test = {
    interval: '1m',
    input_series: one.series,
    alert_rule_test: minutes.flatMap((minute) =>
      ALERT_NAMES.map((alertname) => ({
        eval_time: `${minute}m`,
        alertname,
        exp_alerts: [{ exp_labels: { never: 'x' } }],
      })),
    ),
    promql_expr_test: minutes.flatMap((minute) =>
      EXPRESSIONS.map((expr) => ({ expr, eval_time: `${minute}m`, exp_samples: [{ labels: 'never', value: 1 }] })),
    ),
  }
  const file = join(folder, `test-${index}.json`)
  writeFileSync(file, JSON.stringify({ rule_files: [`rules-${index}.json`], tests: [test] }))
  const output = failing(promtool ?? '', ['test', 'rules', file])
  if (/^ +rule: .*err: /m.test(output)) return one
  const alerts = [
    ...output.matchAll(/alertname: (\w+), time: (\w+), \n +exp:[\s\S]*?got:(\[\]|\[\n[\s\S]*?\n +\])/g),
  ].map(([, name = '', time = '', got = '']) => ({
    atMinute: minutesOf(time),
    name,
    got: [...got.matchAll(/Labels:(\{.*\})\n +Annotations:(\{.*\})/g)].map(([, labels = '', annotations = '']) => ({
      labels: without(textsOf(labels), 'alertname'),
      annotations: textsOf(annotations),
    })),
  }))
  const samples = [...output.matchAll(/expr: "((?:\\.|[^"\\])*)", time: (\w+),\n +exp: .*\n +got: (.*)/g)].map(
    ([, expr = '', time = '', got = '']) => ({
      atMinute: minutesOf(time),
      expr: JSON.parse(`"${expr}"`),
      got: [...got.matchAll(/(\{(?:"(?:\\.|[^"\\])*"|[^"}])*\}) (\S+?)(?:, |$)/g)].map(
        ([, labels = '', value = '']) => ({
          labels,
          value,
        }),
      ),
    }),
  )
  if (alerts.length !== test.alert_rule_test.length || samples.length !== test.promql_expr_test.length) {
    throw new Error(`case ${index}: ${alerts.length} alerts, ${samples.length} samples\n${output.slice(0, 3000)}`)
  }
  // Nothing got is the usual case and goes without saying.
  return {
    ...one,
    alerts: alerts.filter(({ got }) => got.length > 0),
    samples: samples.filter(({ got }) => got.length > 0),
  }
}

function minutesOf(time: string): number {
  const [, hours = '0', minutes = '0'] = /^(?:(\d+)h)?(?:(\d+)m)?(?:0s)?$/.exec(time) ?? []
  return Number(hours) * 60 + Number(minutes)
}

function textsOf(labels: string): Texts {
  const pairs = [...labels.matchAll(/([\w]+)="((?:\\.|[^"\\])*)"/g)]
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, JSON.parse(`"${value}"`)]))
}

function without(texts: Texts, name: string): Texts {
  const { [name]: _, ...rest } = texts
  return rest
}

function failing(program: string, args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1e9 })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return stdout + stderr
  }
}
