import picomatch from 'picomatch'
import type { FleetwatchYaml } from '../config/schema.ts'
import type { ProbeSettings } from '../model/probe-settings.ts'
import type { Server } from '../model/server.ts'
import type { TaskDefinition, VisibleService, VisibleTask } from '../model/visible-service.ts'
import { resolveProbeSettings } from '../probe/settings.ts'

/** Tags that make an ECS service an MCP server, and say how to reach it. */
export const TAGS = {
  enabled: 'fleetwatch:enabled',
  endpoint: 'fleetwatch:endpoint',
  name: 'fleetwatch:name',
  port: 'fleetwatch:port',
  path: 'fleetwatch:path',
  /** `fleetwatch:label:team = search` becomes the label team="search". */
  label: 'fleetwatch:label:',
} as const

export interface Visible {
  services: VisibleService[]
  /** Running tasks by `cluster/service`. */
  tasks: ReadonlyMap<string, VisibleTask[]>
  /** Task definitions by ARN. */
  definitions: ReadonlyMap<string, TaskDefinition>
}

/** Why a service is watched or not, for `fleetwatch discover --explain`. */
export interface Decision {
  cluster: string
  service: string
  kept: boolean
  why: string
  server?: Server
}

type Config = Pick<FleetwatchYaml, 'fleet' | 'servers' | 'probe'>

/**
 * Decides for every visible service whether it is an MCP server and where its endpoint is. Configuration wins over
 * tags, tags over name patterns. Names are unique: a second service of the same name is called `cluster/service`.
 */
export function decideServers(visible: Visible, config: Config, now: Date): Decision[] {
  const decisions = visible.services.map((service) => decide(service, visible, config, now))
  const unseen = config.servers
    .filter(
      (configured) =>
        !visible.services.some((seen) => seen.cluster === configured.cluster && seen.service === configured.service),
    )
    .map((configured) => ({
      cluster: configured.cluster,
      service: configured.service,
      kept: false,
      why: `named "${configured.name}" in fleetwatch.yaml, but ECS shows no active service "${configured.service}" in cluster "${configured.cluster}"`,
    }))
  return makeNamesUnique([...decisions, ...unseen])
}

/** What must be written and removed to make the registry equal to the decisions. */
export function registryChanges(known: Server[], decisions: Decision[]): { put: Server[]; remove: string[] } {
  const wanted = decisions.flatMap((decision) => decision.server ?? [])
  const knownByName = new Map(known.map((server) => [server.deployment, server]))
  const names = new Set(wanted.map((server) => server.deployment))
  return {
    put: wanted.filter((server) => !isSame(server, knownByName.get(server.deployment))),
    remove: known.map((server) => server.deployment).filter((name) => !names.has(name)),
  }
}

function isSame(server: Server, known: Server | undefined): boolean {
  if (!known) return false
  return (
    JSON.stringify(sorted({ ...server, discoveredAt: '' })) === JSON.stringify(sorted({ ...known, discoveredAt: '' }))
  )
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sorted(entry)]),
  )
}

function decide(service: VisibleService, visible: Visible, config: Config, now: Date): Decision {
  const configured = config.servers.find(
    (entry) => entry.cluster === service.cluster && entry.service === service.service,
  )
  const reason = reasonToKeep(service, configured !== undefined, config.fleet.names)
  const skip = (why: string): Decision => ({ cluster: service.cluster, service: service.service, kept: false, why })
  if (!reason.keep) return skip(reason.why)

  const tasks = visible.tasks.get(`${service.cluster}/${service.service}`) ?? []
  const definition = service.taskDefinition ? visible.definitions.get(service.taskDefinition) : undefined
  const endpoint = resolveEndpoint(service, configured?.endpoint, tasks, definition, {
    port: configured?.probe?.port ?? config.probe.port,
    path: configured?.probe?.path ?? config.probe.path,
  })
  if (!endpoint.url) return skip(`${reason.why}, but its endpoint is unknown: ${endpoint.why}`)

  const server: Server = {
    deployment: configured?.name ?? service.tags[TAGS.name] ?? service.service,
    cluster: service.cluster,
    service: service.service,
    endpoint: endpoint.url,
    endpointSource: endpoint.source,
    labels: { ...labelTags(service.tags), ...configured?.labels },
    probe: probeSettings(config, configured?.probe),
    ...(service.taskDefinition && { taskDefinition: service.taskDefinition }),
    ...(definition && {
      task: {
        cpuUnits: definition.cpuUnits,
        memoryMiB: definition.memoryMiB,
        architecture: definition.architecture,
        launchType: service.launchType,
      },
    }),
    ...oldestStart(tasks, service.taskDefinition),
    discoveredAt: now.toISOString(),
  }
  return {
    cluster: service.cluster,
    service: service.service,
    kept: true,
    why: `${reason.why}; ${endpoint.why}`,
    server,
  }
}

function reasonToKeep(
  service: VisibleService,
  isConfigured: boolean,
  patterns: string[],
): { keep: boolean; why: string } {
  if (isConfigured) return { keep: true, why: 'named in fleetwatch.yaml' }
  const enabled = service.tags[TAGS.enabled]?.toLowerCase()
  if (enabled === 'false') return { keep: false, why: `tag ${TAGS.enabled} is false` }
  if (enabled === 'true') return { keep: true, why: `tag ${TAGS.enabled} is true` }
  if (enabled !== undefined) return { keep: false, why: `tag ${TAGS.enabled} is "${enabled}", expected true or false` }
  if (service.tags[TAGS.endpoint]) return { keep: true, why: `has the tag ${TAGS.endpoint}` }
  const pattern = patterns.find((candidate) => picomatch.isMatch(service.service, candidate))
  if (pattern) return { keep: true, why: `name matches "${pattern}"` }
  return { keep: false, why: `no tag ${TAGS.enabled}, no matching name, not named in fleetwatch.yaml` }
}

type Endpoint = { url: string; source: Server['endpointSource']; why: string } | { url?: undefined; why: string }

function resolveEndpoint(
  service: VisibleService,
  configured: string | undefined,
  tasks: VisibleTask[],
  definition: TaskDefinition | undefined,
  defaults: { port: number | undefined; path: string | undefined },
): Endpoint {
  if (configured) return { url: configured, source: 'config', why: 'endpoint from fleetwatch.yaml' }
  const tagged = service.tags[TAGS.endpoint]
  if (tagged) {
    if (!/^https?:\/\//.test(tagged) || !URL.canParse(tagged)) {
      return { why: `tag ${TAGS.endpoint} is "${tagged}", expected an http or https URL` }
    }
    return { url: tagged, source: 'tag', why: `endpoint from tag ${TAGS.endpoint}` }
  }
  const address = tasks.find((task) => task.address)?.address
  const port = service.tags[TAGS.port] ?? defaults.port ?? definition?.port
  if (!address) return { why: `no running task with a private address, and no tag ${TAGS.endpoint}` }
  if (!port) return { why: `task ${address} maps no port; set the tag ${TAGS.port} or ${TAGS.endpoint}` }
  const path = service.tags[TAGS.path] ?? defaults.path ?? '/mcp'
  return { url: `http://${address}:${port}${path}`, source: 'task', why: 'endpoint from the address of a running task' }
}

function probeSettings(config: Config, override: Config['probe'] | undefined): ProbeSettings {
  return resolveProbeSettings(config.probe, override)
}

function labelTags(tags: Record<string, string>): Record<string, string> {
  const labels = Object.entries(tags).flatMap(([key, value]) =>
    key.startsWith(TAGS.label) && value !== ''
      ? [[key.slice(TAGS.label.length).replace(/[^a-zA-Z0-9_]/g, '_'), value]]
      : [],
  )
  return Object.fromEntries(labels)
}

function oldestStart(tasks: VisibleTask[], taskDefinition: string | undefined): { oldestTaskStartedAt?: string } {
  const current = tasks.filter((task) => task.startedAt && (!taskDefinition || task.taskDefinition === taskDefinition))
  const oldest = current.map((task) => task.startedAt ?? '').sort()[0]
  return oldest ? { oldestTaskStartedAt: oldest } : {}
}

function makeNamesUnique(decisions: Decision[]): Decision[] {
  const seen = new Set<string>()
  return decisions.map((decision) => {
    if (!decision.server) return decision
    const name = decision.server.deployment
    if (!seen.has(name)) {
      seen.add(name)
      return decision
    }
    const unique = `${decision.cluster}/${name}`
    seen.add(unique)
    return {
      ...decision,
      why: `${decision.why}; called "${unique}" because another service is called "${name}"`,
      server: { ...decision.server, deployment: unique },
    }
  })
}
