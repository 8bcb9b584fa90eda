import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NAME } from '../../lib/rules/promql/labels.ts'
import type { VectorSample } from '../../lib/rules/promql/value.ts'
import type { Case, Outcome } from './case.ts'
import { numberOf } from './ours.ts'

const MODULE = 'github.com/prometheus/prometheus@v0.315.0'

/** Path of promtool: PROMTOOL in the environment, else built once into .local (about six minutes, needs Go). */
export function findPromtool(root: string): string {
  const named = process.env.PROMTOOL
  if (named) return named
  const folder = join(root, '.local', 'promtool')
  const binary = join(folder, 'promtool')
  if (existsSync(binary)) return binary
  process.stderr.write(`oracle: building promtool from ${MODULE}, about 6 minutes …\n`)
  const download = execFileSync('go', ['mod', 'download', '-json', MODULE], { cwd: tmpdir(), encoding: 'utf8' })
  const { Dir } = JSON.parse(download) as { Dir: string }
  mkdirSync(folder, { recursive: true })
  const source = join(folder, 'source')
  cpSync(Dir, source, { recursive: true })
  execFileSync('chmod', ['-R', 'u+w', source])
  rmSync(join(source, 'go.work'), { force: true })
  execFileSync('go', ['build', '-o', binary, './cmd/promtool'], { cwd: source, stdio: 'inherit' })
  rmSync(source, { recursive: true, force: true })
  return binary
}

/**
 * What promtool makes of each expression of each case. Every test expects a sample that no expression gives, so every
 * test fails and prints what it got: the shortest text of each value, which reads back to the same bits.
 */
export function askPromtool(promtool: string, cases: readonly Case[]): Outcome[][] {
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatch-oracle-'))
  try {
    const file = join(folder, 'cases.yml')
    writeFileSync(file, JSON.stringify({ evaluation_interval: '1m', tests: cases.map(testOf) }))
    const run = spawnSync(promtool, ['test', 'rules', file], { encoding: 'utf8', maxBuffer: 1 << 30 })
    return readOutcomes(run.stdout + run.stderr, cases)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function testOf(given: Case, index: number) {
  return {
    name: `case ${index}`,
    interval: `${given.intervalS}s`,
    input_series: given.series.map(({ labels, values }) => ({ series: printSeries(labels), values: values.join(' ') })),
    promql_expr_test: [
      // promtool loads samples only up to the last whole evaluation interval before the latest test.
      { expr: 'no_such_series', eval_time: '30m', exp_samples: [] },
      ...given.expressions.map((expr, position) => ({
        // A comment tells the expressions apart in the output.
        expr: `${expr} # ${index}.${position}`,
        eval_time: `${given.atS}s`,
        exp_samples: [{ labels: 'no_such_series', value: 1 }],
      })),
    ],
  }
}

function printSeries(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).filter(([name]) => name !== NAME)
  return `${labels[NAME]}{${pairs.map(([name, value]) => `${JSON.stringify(name)}=${JSON.stringify(value)}`).join(',')}}`
}

function readOutcomes(output: string, cases: readonly Case[]): Outcome[][] {
  const outcomes = new Map<string, Outcome>()
  let current: string | undefined
  for (const line of output.split('\n')) {
    const expr = /^\s+expr: .* # (\d+\.\d+)", time: [^,]*,(?: err: (.*))?$/.exec(line)
    if (expr) {
      current = expr[1] ?? ''
      if (expr[2] !== undefined) outcomes.set(current, { error: expr[2] })
      continue
    }
    const got = /^\s+got: (.*)$/.exec(line)
    if (got && current) outcomes.set(current, { samples: parseSamples(got[1] ?? '') })
  }
  return cases.map(({ expressions }, index) =>
    expressions.map((expression, position) => {
      const outcome = outcomes.get(`${index}.${position}`)
      if (!outcome) throw new Error(`promtool said nothing of ${expression}\n${output.slice(0, 2000)}`)
      return outcome
    }),
  )
}

/** Reads `{a="1", b="x"} 1.5E+00, {} NaN`. */
function parseSamples(text: string): VectorSample[] {
  if (text === 'nil') return []
  const samples: VectorSample[] = []
  const sample = /\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\} (\S+?)(?:, |$)/g
  for (const [, labels = '', value = ''] of text.matchAll(sample)) {
    samples.push({ labels: parseLabels(labels), value: numberOf(value) })
  }
  return samples
}

function parseLabels(text: string): Record<string, string> {
  const pairs = text.matchAll(/("(?:[^"\\]|\\.)*"|[^\s,=]+)=("(?:[^"\\]|\\.)*")/g)
  return Object.fromEntries(
    [...pairs].map(([, name = '', value = '']) => [
      name.startsWith('"') ? (JSON.parse(name) as string) : name,
      JSON.parse(value) as string,
    ]),
  )
}
