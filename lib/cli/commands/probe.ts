import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Health, Verdict } from '../../model/verdict.ts'
import type { ProbeTarget } from '../../probe/probe-target.ts'
import { ConfigError } from '../config-error.ts'
import { EXIT } from '../exit-code.ts'
import { styleOf } from '../format/health-style.ts'
import { type Cell, formatTable } from '../format/table.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { print, tell, terminalWidth } from '../output.ts'
import { readHeaders, readTargets } from '../probe-targets.ts'

interface Options {
  targets: string[]
  concurrency: number
  timeout: number
  header: string[]
  era: ProbeTarget['era']
  json?: true
}

interface Probed {
  target: string
  verdict: Verdict
}

export function registerProbe(program: Command): void {
  program
    .command('probe')
    .description('probe MCP servers by URL, with the code that watches the fleet')
    .argument('[url...]', 'MCP endpoints, such as https://host/mcp')
    .option('--targets <file>', 'file with one URL per line; may be given several times', collect, [])
    .option(
      '--concurrency <n>',
      'probes at a time; those that wait for a silent server do not count',
      between(1, 400),
      50,
    )
    .option('--timeout <ms>', 'deadline of each probe in milliseconds', between(1, 600_000), 10_000)
    .option('--header <header>', "header 'K: V' sent to every target; may be given several times", collect, [])
    .addOption(
      new Option('--era <era>', 'protocol era to speak: found out, up to 2025-11-25, or 2026-07-28')
        .choices(['auto', 'legacy', 'modern'])
        .default('auto'),
    )
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        ['fleetwatch probe https://search.example.com/mcp', 'one server, in words'],
        ["fleetwatch probe https://host/mcp --header 'Authorization: Bearer …'", 'with a credential'],
        ['fleetwatch probe --targets urls.txt --json | jq -r .reason', 'many, one JSON line each'],
        ['fleetwatch probe http://127.0.0.1:3000/mcp || echo sick', 'exit code 0 healthy, 1 unhealthy, 3 degraded'],
      ]),
    )
    .action(async (urls: string[], options: Options) => {
      const targets = readTargets(urls, options.targets)
      const { headers, problems } = readHeaders(options.header)
      const wrong = [...problems, ...targets.problems]
      if (targets.urls.length === 0 && wrong.length === 0) {
        throw new ConfigError('nothing to probe: give URLs or --targets FILE (run with --help for examples)')
      }
      for (const problem of wrong) tell(`fleetwatch: ${problem}`)
      const probed = await probeAll(targets.urls, headers, options)
      if (!options.json && probed.length > 0) print(formatVerdicts(probed, terminalWidth()))
      process.exitCode = wrong.length > 0 ? EXIT.usage : exitCodeOf(probed.map(({ verdict }) => verdict.health))
    })
}

async function probeAll(urls: string[], headers: Record<string, string>, options: Options): Promise<Probed[]> {
  const { EVERY_ADDRESS } = await import('../../probe/guard.ts')
  const { AT_ONCE, judge } = await import('../../probe/judge.ts')
  const { probe } = await import('../../probe/probe.ts')
  const { probeMany } = await import('../../probe/probe-many.ts')
  const probed: Probed[] = []
  const progress = setInterval(() => tell(`… ${probed.length} of ${urls.length} probed`), 2000)
  const run = async (target: string): Promise<Probed> => {
    // A URL that a person types is their own choice, 127.0.0.1 included.
    const { timeout: timeoutMs, era } = options
    const result = await probe({ endpoint: target, era, timeoutMs, headers, allowAddresses: EVERY_ADDRESS })
    return { target, verdict: judge(result, undefined, undefined, new Date(), AT_ONCE).verdict }
  }
  try {
    await probeMany(urls, options.concurrency, run, (one) => {
      probed.push(one)
      if (options.json) print(JSON.stringify(lineOf(one)))
    })
  } finally {
    clearInterval(progress)
  }
  return probed
}

/** One target as programs read it: every key is always there, null where nothing is known. */
export function lineOf({ target, verdict }: Probed) {
  const { timings } = verdict
  return {
    target,
    health: verdict.health,
    layer: verdict.layer ?? null,
    reason: verdict.reason,
    message: verdict.message,
    era: verdict.era ?? null,
    protocolVersion: verdict.protocolVersion ?? null,
    transport: verdict.transport ?? null,
    server: verdict.server ?? null,
    tools: verdict.tools ?? null,
    toolsHash: verdict.toolsHash ?? null,
    timings: {
      dnsMs: timings.dnsMs ?? null,
      connectMs: timings.connectMs ?? null,
      tlsMs: timings.tlsMs ?? null,
      firstByteMs: timings.firstByteMs ?? null,
      totalMs: timings.totalMs,
    },
    requests: verdict.requests,
    session: verdict.session,
    at: verdict.at,
  }
}

/** A table of all targets, worst first, and a sentence for each that is not healthy. */
export function formatVerdicts(probed: readonly Probed[], width: number): string {
  const sorted = [...probed].sort((a, b) => rankOf(a) - rankOf(b))
  const rows = sorted.map(({ target, verdict }): Cell[] => [
    { text: verdict.health, style: styleOf(verdict.health) },
    verdict.reason,
    verdict.protocolVersion ?? '–',
    verdict.tools === undefined ? '–' : String(verdict.tools),
    `${Math.round(verdict.timings.totalMs)} ms`,
    target,
  ])
  const columns = [
    { title: 'HEALTH' },
    { title: 'REASON' },
    { title: 'PROTOCOL' },
    { title: 'TOOLS', align: 'right' as const },
    { title: 'TOOK', align: 'right' as const },
    { title: 'TARGET' },
  ]
  const sick = sorted.filter(({ verdict }) => verdict.health !== 'healthy')
  const sentences = sick.map(({ target, verdict }): Cell[] => [
    { text: verdict.layer ?? 'prober', style: styleOf(verdict.health) },
    target,
    verdict.message,
  ])
  const why = formatTable([{ title: 'LAYER' }, { title: 'TARGET' }, { title: 'WHY' }], sentences, width)
  const leaked = probed.filter(({ verdict }) => verdict.session === 'leaked').length
  return [
    formatTable(columns, rows, width),
    ...(sick.length > 0 ? ['', why] : []),
    ...(leaked > 0 ? ['', `${leaked} of these servers did not let the probe delete its session.`] : []),
  ].join('\n')
}

const RANK: Record<Health, number> = { critical: 0, unknown: 1, warning: 2, healthy: 3 }
const rankOf = ({ verdict }: Probed) => RANK[verdict.health]

function exitCodeOf(healths: readonly Health[]): number {
  if (healths.some((health) => health === 'critical' || health === 'unknown')) return EXIT.unhealthy
  return healths.includes('warning') ? EXIT.degraded : EXIT.healthy
}

const collect = (value: string, before: string[]) => [...before, value]

function between(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`)
  }
}
