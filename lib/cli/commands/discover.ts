import type { Command } from 'commander'
import type { Decision } from '../../discovery/decide-servers.ts'
import { formatProblem } from '../../model/problem.ts'
import type { Server } from '../../model/server.ts'
import { ConfigError } from '../config-error.ts'
import { type Cell, formatTable } from '../format/table.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { print, printJson, terminalWidth, withProgress } from '../output.ts'

export function registerDiscover(program: Command): void {
  program
    .command('discover')
    .description('the servers fleetwatch watches, or why each ECS service is watched or not')
    .option('--explain', 'look at ECS now and give the reason for every service; changes nothing')
    .option('--config <file>', 'configuration for --explain', 'fleetwatch.yaml')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        ['fleetwatch discover', 'the registry as the last discovery left it'],
        ['fleetwatch discover --explain', 'every ECS service with the reason, also before the first deploy'],
        ['fleetwatch discover --explain --json', 'for programs'],
      ]),
    )
    .action(async (options: { explain?: true; config: string; json?: true }) => {
      if (options.explain) {
        const decisions = await withProgress('looking at ECS', decideNow(options.config))
        if (options.json) printJson({ decisions })
        else print(formatDecisions(decisions, terminalWidth()))
        return
      }
      const servers = await withProgress('reading the registry', readRegistry())
      if (options.json) printJson({ servers })
      else print(formatServers(servers, terminalWidth()))
    })
}

async function readRegistry(): Promise<Server[]> {
  const { findResources } = await import('../../aws/resources.ts')
  const { listServers } = await import('../../aws/servers-table.ts')
  await findResources()
  return listServers()
}

/** Decides as the discover function would, with the local configuration, and saves nothing. */
async function decideNow(file: string): Promise<Decision[]> {
  const { listClusters, listRunningTasks, listServices, readTaskDefinition } = await import('../../aws/ecs.ts')
  const { loadConfig } = await import('../../config/load.ts')
  const { decideServers } = await import('../../discovery/decide-servers.ts')
  const { lookAtEcs } = await import('../../discovery/look-at-ecs.ts')
  const { config, problems } = loadConfig(file)
  if (!config) throw new ConfigError(problems.map(formatProblem).join('\n'))
  const reader = { listClusters, listServices, listRunningTasks, readTaskDefinition }
  return decideServers(await lookAtEcs(config.fleet.clusters, [], reader), config, new Date())
}

/** Decisions as text, watched ones first. */
export function formatDecisions(decisions: readonly Decision[], width: number): string {
  if (decisions.length === 0) return 'ECS shows no services in these clusters.'
  const sorted = [...decisions].sort((a, b) => Number(b.kept) - Number(a.kept) || a.service.localeCompare(b.service))
  const rows = sorted.map(({ cluster, service, kept, why, server }): Cell[] => [
    kept ? { text: 'watched', style: 'green' } : { text: 'left out', style: 'dim' },
    cluster,
    service,
    server?.endpoint ?? '–',
    why,
  ])
  const titles = ['', 'CLUSTER', 'SERVICE', 'ENDPOINT', 'WHY']
  const table = formatTable(
    titles.map((title) => ({ title })),
    rows,
    width,
  )
  const kept = decisions.filter((decision) => decision.kept).length
  return `${table}\n\n${kept} of ${decisions.length} services are watched.`
}

/** The registry as text. */
export function formatServers(servers: readonly Server[], width: number): string {
  if (servers.length === 0) return 'No MCP server is known. "fleetwatch discover --explain" says why.'
  const rows = servers.map((server): Cell[] => [
    server.deployment,
    server.cluster,
    server.service,
    server.endpoint,
    server.endpointSource,
    Object.entries(server.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  ])
  const titles = ['SERVER', 'CLUSTER', 'SERVICE', 'ENDPOINT', 'FROM', 'LABELS']
  return formatTable(
    titles.map((title) => ({ title })),
    rows,
    width,
  )
}
