import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { type EncodedPart, encodeBlock } from '../lib/metrics/block-codec.ts'
import { type Block, minuteOf, type Sample } from '../lib/model/sample.ts'
import { evaluateInstant } from '../lib/rules/promql/evaluate.ts'
import type { Expression } from '../lib/rules/promql/expression.ts'
import { parseExpression } from '../lib/rules/promql/parse.ts'
import { SeriesStore } from '../lib/rules/store/series-store.ts'

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    promtool: { type: 'string' },
    servers: { type: 'string', default: '500,1000,2000' },
    /** Blocks prepared by the parent: the child measures nothing but the work of a function. */
    blocks: { type: 'string' },
  },
})
if (options.help) {
  console.log(`Evaluates 60 rules over servers × 40 series × 60 minutes and prints JSON.

  npm run bench:rules
  npm run bench:rules -- --servers 1000
  npm run bench:rules -- --promtool .local/promtool/promtool   compares with "promtool test rules" on the same work`)
  process.exit(0)
}

const MINUTES = 60
const SERIES_PER_SERVER = 40
const SERVERS_PER_BATCH = 50
const START = Date.UTC(2026, 10, 21, 8, 0)
const NOW = START + (MINUTES - 1) * 60_000 + 5_000

/** Rules as operators have them: thresholds, rates, ratios, quantiles, joins, subqueries. Four of each shape. */
const SHAPES = [
  (n: number) => `mcp_deployment_status{deployment=~"server-.*"} == ${n}`,
  (n: number) => `mcp_deployment_memory_bytes / 1024 / 1024 / 1024 > ${n}`,
  (n: number) => `rate(mcp_tool_errors_total[5m]) > ${n}`,
  (n: number) => `histogram_quantile(0.95, rate(mcp_request_duration_seconds_bucket[5m])) > ${n}`,
  (n: number) => `up == ${n}`,
  (n: number) => `sum(rate(mcp_requests_total{status="error"}[5m])) / sum(rate(mcp_requests_total[5m])) > ${n / 20}`,
  (n: number) => `histogram_quantile(0.95, sum by (le) (rate(mcp_request_duration_seconds_bucket[5m]))) > ${n}`,
  (n: number) => `sum by (tool_name) (rate(mcp_tool_errors_total[5m])) > ${n}`,
  (n: number) => `mcp_active_connections / mcp_max_connections > 0.${n}`,
  (n: number) => `avg_over_time(mcp_deployment_cpu_percent[10m]) > ${n}`,
  (n: number) => `increase(mcp_deployment_restarts_total[1h]) > ${n}`,
  (n: number) =>
    `sum by (deployment) (rate(mcp_requests_total{status="error"}[1h])) / sum by (deployment) (rate(mcp_requests_total[1h])) > ${n}`,
  (n: number) => `absent(up{deployment="server-${n}"})`,
  (n: number) => `max_over_time(sum(rate(mcp_requests_total[5m]))[30m:5m]) > ${n}`,
  (n: number) => `topk(${n + 1}, mcp_deployment_memory_bytes) unless on (deployment) mcp_deployment_status == 1`,
]
const RULES = SHAPES.flatMap((shape) => [0, 1, 2, 3].map(shape))

if (options.blocks) {
  console.log(JSON.stringify(measureBlocks(Number(options.servers), options.blocks)))
  process.exit(0)
}
const sizes = options.servers.split(',').map(Number)
const results = sizes.map(measure)
const middle = results[Math.min(1, results.length - 1)]
console.log(
  JSON.stringify(
    {
      rules: RULES.length,
      seriesPerServer: SERIES_PER_SERVER,
      minutes: MINUTES,
      sizes: results.map(({ perRule: _perRule, ...rest }) => rest),
      slowestRules: middle?.perRule.slice(0, 10),
      ...(options.promtool ? { promtool: comparePromtool(options.promtool) } : {}),
    },
    undefined,
    2,
  ),
)

type Measured = ReturnType<typeof measureBlocks>

/** Measures in a process of its own, so that memory is that of the function alone. */
function measure(servers: number): Measured {
  process.stderr.write(`bench: ${servers} servers …\n`)
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatch-bench-'))
  try {
    const file = join(folder, 'blocks')
    writeFileSync(file, serialize(encodeBlocks(servers)))
    const args = [
      '--expose-gc',
      ...(process.env.BENCH_NODE?.split(' ') ?? []),
      import.meta.filename,
      '--servers',
      String(servers),
      '--blocks',
      file,
    ]
    const run = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
    return JSON.parse(run.stdout) as Measured
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function measureBlocks(servers: number, file: string) {
  const parts = deserialize(readFileSync(file)) as { id: string; part: EncodedPart }[]
  const bytes = parts.reduce((sum, { part }) => sum + part.keys.length + part.values.length, 0)
  global.gc?.()
  const before = process.memoryUsage()
  const coldStart = performance.now()
  const expressions = RULES.map(parse)
  const parsed = performance.now()
  const store = new SeriesStore({ retentionMs: 3_900_000 })
  for (const { id, part } of parts) store.addPart(id, part)
  store.forget(NOW)
  const loaded = performance.now()
  const first = evaluateAll(expressions, store, NOW)
  const coldEnd = performance.now()
  const runs = [1, 2, 3, 4, 5].map(() => evaluateAll(expressions, store, NOW))
  const warm = runs.toSorted((a, b) => a.ms - b.ms)[2] ?? first
  const peakRss = process.resourceUsage().maxRSS / 1024
  global.gc?.()
  const after = process.memoryUsage()
  return {
    servers,
    series: store.size,
    storedMegabytes: round(bytes / 1e6),
    parseMs: round(parsed - coldStart),
    loadMs: round(loaded - parsed),
    coldMs: round(coldEnd - coldStart),
    warmMs: round(warm.ms),
    heldMegabytes: round((after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 1e6),
    peakRssMegabytes: round(peakRss),
    results: warm.samples,
    perRule: warm.perRule.map(({ rule, ms }) => ({ rule, ms: round(ms) })).toSorted((a, b) => b.ms - a.ms),
  }
}

function parse(text: string): Expression {
  const result = parseExpression(text)
  if ('problems' in result) throw new Error(`${text}: ${result.problems[0]?.message}`)
  return result.expression
}

function evaluateAll(expressions: Expression[], store: SeriesStore, atMs: number) {
  const start = performance.now()
  let samples = 0
  const perRule = expressions.map((expression, index) => {
    const from = performance.now()
    const value = evaluateInstant(expression, store, atMs)
    samples += value.type === 'vector' ? value.samples.length : 1
    return { rule: RULES[index] ?? '', ms: performance.now() - from }
  })
  return { ms: performance.now() - start, samples, perRule }
}

function encodeBlocks(servers: number): { id: string; part: EncodedPart }[] {
  const parts: { id: string; part: EncodedPart }[] = []
  for (let minute = 0; minute < MINUTES; minute++) {
    for (let first = 0; first < servers; first += SERVERS_PER_BATCH) {
      const at = START + minute * 60_000
      const members = Array.from({ length: Math.min(SERVERS_PER_BATCH, servers - first) }, (_, index) => first + index)
      const block: Block = {
        minute: minuteOf(at),
        source: 'poll',
        batch: String(first),
        observations: members.map((server) => ({ target: `server-${server}`, at, samples: samplesOf(server, minute) })),
      }
      for (const [index, part] of encodeBlock(block).entries()) {
        parts.push({ id: `${block.minute}#poll#${first}#${index}`, part })
      }
    }
  }
  return parts
}

/** 40 series of one server: gauges, counters and a histogram of eight buckets for two endpoints. */
function samplesOf(server: number, minute: number): Sample[] {
  const deployment = `server-${server}`
  const sample = (name: string, value: number, labels: Record<string, string> = {}): Sample => ({
    labels: { __name__: name, deployment, cluster: 'prod', ...labels },
    value,
  })
  const wave = (server * 7 + minute * 3) % 11
  const gauges = [
    sample('up', server % 97 === 0 ? 0 : 1, { job: 'mcp-server', instance: `10.0.0.${server % 250}:8080` }),
    sample('mcp_deployment_status', server % 97 === 0 ? 0 : 1),
    sample('mcp_deployment_memory_bytes', 5e8 + wave * 1e8),
    sample('mcp_deployment_cpu_percent', wave * 9),
    sample('mcp_deployment_restarts_total', Math.floor((minute * (server % 5)) / 20)),
    sample('mcp_active_connections', wave * 10, { transport_type: 'http' }),
    sample('mcp_max_connections', 100, { transport_type: 'http' }),
    sample('mcp_deployment_tools', 12),
  ]
  const tools = ['search', 'fetch', 'write', 'list'].flatMap((tool) => [
    sample('mcp_tool_calls_total', minute * (10 + wave), { tool_name: tool }),
    sample('mcp_tool_errors_total', minute * (server % 3), { tool_name: tool }),
  ])
  const requests = ['success', 'error'].flatMap((status) =>
    ['/mcp', '/sse'].map((endpoint) =>
      sample('mcp_requests_total', minute * (status === 'error' ? server % 4 : 60), { status, endpoint }),
    ),
  )
  const bounds = ['0.001', '0.005', '0.01', '0.05', '0.1', '0.5', '1', '5', '+Inf']
  const buckets = ['/mcp', '/sse'].flatMap((endpoint) =>
    bounds.map((le, index) =>
      sample('mcp_request_duration_seconds_bucket', minute * 6 * (index + 1), { endpoint, le }),
    ),
  )
  const all = [...gauges, ...tools, ...requests, ...buckets]
  for (let index = all.length; index < SERIES_PER_SERVER; index++) {
    all.push(sample('mcp_resource_usage', wave * index, { metric_name: `m${index}` }))
  }
  return all.slice(0, SERIES_PER_SERVER)
}

/** The same rules over 100 servers through `promtool test rules` and here; both read the series as text. */
function comparePromtool(promtool: string) {
  const servers = 100
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatch-bench-'))
  try {
    const series = new Map<string, string[]>()
    for (let minute = 0; minute < MINUTES; minute++) {
      for (let server = 0; server < servers; server++) {
        for (const { labels, value } of samplesOf(server, minute)) {
          const { __name__: name, ...rest } = labels
          const key = `${name}{${Object.entries(rest)
            .map(([label, text]) => `${label}=${JSON.stringify(text)}`)
            .join(',')}}`
          const values = series.get(key) ?? []
          values.push(String(value))
          series.set(key, values)
        }
      }
    }
    const file = join(folder, 'bench.yml')
    const test = {
      interval: '1m',
      input_series: [...series].map(([key, values]) => ({ series: key, values: values.join(' ') })),
      promql_expr_test: RULES.map((expr) => ({ expr, eval_time: '59m', exp_samples: [] })),
    }
    writeFileSync(file, JSON.stringify({ evaluation_interval: '59m', tests: [test] }))
    const start = performance.now()
    spawnSync(promtool, ['test', 'rules', file], { maxBuffer: 1 << 30 })
    const promtoolMs = performance.now() - start
    const own = measure(servers)
    return { servers, promtoolMs: round(promtoolMs), ownColdMs: own.coldMs, ratio: round(own.coldMs / promtoolMs) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
