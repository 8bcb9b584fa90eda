import type { Command } from 'commander'
import type { ToolChange } from '../../model/drift.ts'
import type { ServerDrift } from '../../probe/drift/describe-drift.ts'
import { ConfigError } from '../config-error.ts'
import { EXIT } from '../exit-code.ts'
import { formatAge } from '../format/age.ts'
import { type Cell, formatTable } from '../format/table.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { print, printJson, terminalWidth, withProgress } from '../output.ts'

export function registerDrift(program: Command): void {
  const drift = program
    .command('drift')
    .description('tools that changed since they were last accepted')
    .argument('[server...]', 'only these servers')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        ['fleetwatch drift', 'every server whose tools changed'],
        ['fleetwatch drift search', 'one server, change by change'],
        ['fleetwatch drift accept search', 'the tools of now are right'],
        ['fleetwatch drift --json | jq .', 'for programs; exit code 0 unchanged, 1 breaking, 3 changed'],
      ]),
    )
    .action(async (names: string[], options: { json?: true }) => {
      const all = await withProgress('reading drift', readAll(names))
      if (options.json) printJson(all)
      else print(formatDrift(all, terminalWidth(), new Date(), names.length > 0))
      process.exitCode = exitCodeOf(all)
    })
  drift
    .command('accept')
    .description('make the tools of now the baseline')
    .argument('<server>', 'the server whose change is meant')
    .addHelpText('after', examples([['fleetwatch drift accept search', 'after looking at "fleetwatch drift search"']]))
    .action(async (name: string) => {
      const accepted = await withProgress('accepting drift', accept(name))
      print(`accepted ${sayCount(accepted.length)} of ${name}; its verdict follows with the next poll`)
    })
}

async function readAll(names: readonly string[]): Promise<ServerDrift[]> {
  const { findResources } = await import('../../aws/resources.ts')
  const { listServers } = await import('../../aws/servers-table.ts')
  const { readDrift } = await import('../../aws/drift-table.ts')
  const { describeDrift } = await import('../../probe/drift/describe-drift.ts')
  const { named } = await import('../named-servers.ts')
  await findResources()
  const servers = named(await listServers(), names)
  return Promise.all(
    servers.map(async ({ deployment }) => describeDrift(deployment, (await readDrift(deployment)).state)),
  )
}

async function accept(name: string): Promise<ToolChange[]> {
  const { findResources } = await import('../../aws/resources.ts')
  const { listServers } = await import('../../aws/servers-table.ts')
  const { readDrift, saveDrift } = await import('../../aws/drift-table.ts')
  const { acceptDrift } = await import('../../probe/drift/track-drift.ts')
  const { named } = await import('../named-servers.ts')
  await findResources()
  named(await listServers(), [name])
  const { state, version } = await readDrift(name)
  const accepted = acceptDrift(state, new Date())
  if (!accepted) throw new ConfigError(`nothing to accept: the tools of ${name} are those of its baseline`)
  if (await saveDrift(name, accepted, version)) return state.drift?.changes ?? []
  throw new ConfigError(
    `a poll saw new tools of ${name} in this moment; look at "fleetwatch drift ${name}" and accept again`,
  )
}

/** A row per change, the worst first; servers without change are counted, or listed when they were asked for. */
export function formatDrift(all: readonly ServerDrift[], width: number, now: Date, isNamed: boolean): string {
  const changed = all.filter(({ state }) => state === 'changed')
  const rows = changed.flatMap((server) =>
    server.changes.map(({ severity, tool, what }): Cell[] => [
      server.deployment,
      severity === 'breaking' ? { text: severity, style: 'red' } : { text: severity, style: 'yellow' },
      tool === '*' ? '–' : tool,
      server.since ? `${formatAge(now.getTime() - Date.parse(server.since))} ago` : '–',
      server.withoutRollout ? 'none' : 'yes',
      what,
    ]),
  )
  if (all.length === 0) return 'no servers are registered; "fleetwatch discover --explain" says why'
  const quiet = all.filter(({ state }) => state !== 'changed')
  const rest = isNamed ? quiet.map(sayQuiet) : sayQuietCount(quiet)
  const table = formatTable(
    [
      { title: 'SERVER' },
      { title: 'SEVERITY' },
      { title: 'TOOL' },
      { title: 'SEEN', align: 'right' },
      { title: 'ROLLOUT' },
      { title: 'WHAT' },
    ],
    rows,
    width,
  )
  const next = changed.map(({ deployment }) => `  fleetwatch drift accept ${deployment}`)
  return [
    ...(rows.length > 0 ? [table, '', 'If a change is meant:', ...next] : []),
    ...(rows.length > 0 && rest.length > 0 ? [''] : []),
    ...rest,
  ].join('\n')
}

function sayQuiet({ deployment, state, tools }: ServerDrift): string {
  if (state === 'unknown') return `${deployment}: no baseline yet; two good probes in a row make one`
  return `${deployment}: unchanged, ${tools === 1 ? '1 tool' : `${tools} tools`}`
}

function sayQuietCount(quiet: readonly ServerDrift[]): string[] {
  const unknown = quiet.filter(({ state }) => state === 'unknown').length
  const unchanged = quiet.length - unknown
  return [
    ...(unchanged > 0 ? [`unchanged: ${unchanged} ${unchanged === 1 ? 'server' : 'servers'}`] : []),
    ...(unknown > 0 ? [`no baseline yet: ${unknown} ${unknown === 1 ? 'server' : 'servers'}`] : []),
  ]
}

function sayCount(count: number): string {
  return count === 1 ? '1 change' : `${count} changes`
}

function exitCodeOf(all: readonly ServerDrift[]): number {
  const changes = all.flatMap((server) => server.changes)
  if (changes.some(({ severity }) => severity === 'breaking')) return EXIT.unhealthy
  return changes.length > 0 ? EXIT.degraded : EXIT.healthy
}
