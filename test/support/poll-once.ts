import type { DriftState } from '../../lib/model/drift.ts'
import type { EcsFacts } from '../../lib/model/ecs-facts.ts'
import type { ProbeAuth, ProbeSettingsInput } from '../../lib/model/probe-settings.ts'
import { ProbeSettingsInput as Settings } from '../../lib/model/probe-settings.ts'
import type { Sample } from '../../lib/model/sample.ts'
import type { KnownServer } from '../../lib/model/server-state.ts'
import { type Eyes, observeServers, type Polled } from '../../lib/poll/observe-servers.ts'
import { createAuthenticate } from '../../lib/probe/auth/authenticate.ts'
import { createGuard } from '../../lib/probe/guard.ts'
import { resolveProbeSettings } from '../../lib/probe/settings.ts'
import { aServer } from './a-server.ts'

/** What a user may write under `probe:`, with durations as text. */
export type WrittenSettings = Record<string, unknown> & { auth?: ProbeAuth }

/** A server on loopback that nothing is remembered of. */
export function knownServer(endpoint: string, settings: WrittenSettings = {}, name = 'search'): KnownServer {
  const input: ProbeSettingsInput = Settings.parse({
    timeout: '2s',
    allow_addresses: ['127.0.0.0/8', '::1/128'],
    ...settings,
  })
  return {
    server: aServer({ deployment: name, endpoint, probe: resolveProbeSettings(input), labels: { team: 'data' } }),
    tasks: { restarts: 0, stops: {} },
  }
}

export const RUNNING: EcsFacts = {
  desired: 1,
  running: 1,
  pending: 0,
  rolloutState: 'COMPLETED',
  taskDefinition: 'arn:aws:ecs:us-east-1:1:task-definition/search:1',
  oldestTaskStartedAt: '2026-01-01T00:00:00Z',
}

/** Drift states as the table keeps them, in memory. */
export function driftStore() {
  const items = new Map<string, { state: DriftState; version: number }>()
  const readDrift = async (deployment: string) => items.get(deployment) ?? { state: {}, version: 0 }
  const saveDrift = async (deployment: string, state: DriftState, version: number) => {
    if ((await readDrift(deployment)).version !== version) return false
    items.set(deployment, { state, version: version + 1 })
    return true
  }
  return { readDrift, saveDrift }
}

interface World {
  drift?: ReturnType<typeof driftStore>

  ecs?: Partial<EcsFacts> | 'unreadable'
  secrets?: Record<string, string>
  reference?: Eyes['reference']
  patienceMs?: number
}

export async function pollOnce(servers: KnownServer[], world: World = {}): Promise<Polled[]> {
  const { ecs, secrets = {} } = world
  return observeServers(servers, {
    ...(world.drift ?? driftStore()),
    readServiceFacts: async (_cluster, services) => {
      if (ecs === 'unreadable') throw new Error('ECS says no')
      return new Map(services.map((service) => [service, { ...RUNNING, ...ecs }]))
    },
    authenticate: createAuthenticate({
      readSecret: async (reference) => secrets[reference] ?? '',
      guard: createGuard(['127.0.0.0/8']),
      userAgent: 'test',
      now: () => new Date(),
    }),
    reference: world.reference ?? { prove: async () => {}, isLost: async () => false },
    patienceMs: world.patienceMs ?? 20_000,
    onUnreadableCluster: () => {},
  })
}

/** The server as the next poll reads it from the table. */
export function remembered(known: KnownServer, polled: Polled): KnownServer {
  return {
    ...known,
    ...(polled.state && { probe: polled.state }),
  }
}

/** Values of a series by its further labels: `{ 'severity=breaking': 1 }`, or the value itself where there are none. */
export function valuesOf(polled: Polled, name: string): Record<string, number> {
  const own = new Set(['__name__', 'deployment', 'team', 'job'])
  const keyOf = ({ labels }: Sample) =>
    Object.entries(labels)
      .filter(([label]) => !own.has(label))
      .map(([label, value]) => `${label}=${value}`)
      .sort()
      .join(',')
  const samples = polled.observation.samples.filter(({ labels }) => labels.__name__ === name)
  return Object.fromEntries(samples.map((sample) => [keyOf(sample), sample.value]))
}
