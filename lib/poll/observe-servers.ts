import type { EcsFacts } from '../model/ecs-facts.ts'
import type { ProbeMemory } from '../model/probe-memory.ts'
import type { Observation, Sample } from '../model/sample.ts'
import type { Server } from '../model/server.ts'
import type { KnownServer, ProbeState } from '../model/server-state.ts'
import type { Authenticate } from '../probe/auth/authenticate.ts'
import { judge, judgeUnprobed } from '../probe/judge.ts'
import { type DriftStore, type LookedAround, lookAround } from '../probe/look-around.ts'
import { isDue } from '../probe/memory.ts'
import { samplesOf } from '../probe/probe-samples.ts'
import { probeServer } from '../probe/probe-server.ts'
import { ecsSamples } from '../resources/ecs-samples.ts'

/** What a poll found of one server. */
export interface Polled {
  deployment: string
  /** Absent when the server was not probed, because it asked for patience. */
  state?: ProbeState
  observation: Observation
  /** Look again so soon: one more failure would settle the verdict. */
  recheckAfterMs?: number
}

/** How a poll reaches the world. */
export interface Eyes extends DriftStore {
  /** What ECS says of services of one cluster, by service name. */
  readServiceFacts(cluster: string, services: readonly string[]): Promise<Map<string, EcsFacts>>
  authenticate: Authenticate
  /** A cluster could not be read: its servers are judged by their probes alone. */
  onUnreadableCluster(cluster: string, error: unknown): void
}

/** Looks at all servers at once, at ECS and at their MCP endpoints. No server's trouble delays or fails another's. */
export async function observeServers(servers: KnownServer[], eyes: Eyes): Promise<Polled[]> {
  const facts = readFacts(servers, eyes)
  return Promise.all(servers.map((known) => observe(known, facts, eyes)))
}

async function observe(known: KnownServer, facts: Promise<Map<string, EcsFacts>>, eyes: Eyes): Promise<Polled> {
  const { server, probe: before, tasks } = known
  const { deployment } = server
  const startedAt = new Date()
  const result =
    !before || isDue(before.memory, startedAt)
      ? await probeServer(server, before?.memory, eyes.authenticate, startedAt)
      : undefined
  const ecs = ecsFactsOf(known, await facts)
  const now = new Date()
  const judgement = result && judge(result, ecs, before?.memory, now)
  const verdict = judgement?.verdict ?? (before && judgeUnprobed(before.verdict, before.memory, ecs, now))
  const memory = judgement?.memory ?? before?.memory
  const around =
    verdict &&
    (await lookAround({ server, memory: before?.memory, result, verdict, ecs }, before?.surroundings, {
      ...eyes,
      now: () => new Date(),
    }))
  const samples = [...(around ? samplesWithAround(server, around, memory) : []), ...ecsSamples(server, ecs, tasks, now)]
  return {
    deployment,
    observation: { target: deployment, at: now.getTime(), samples },
    ...(judgement &&
      around && {
        state: { verdict: around.verdict, memory: judgement.memory, surroundings: around.surroundings },
      }),
    ...(judgement?.recheckAfterMs !== undefined && { recheckAfterMs: judgement.recheckAfterMs }),
  }
}

/** The verdict's series and those around it; `up` comes from the scrape where one is configured. */
function samplesWithAround(server: Server, { verdict, samples, hasUp }: LookedAround, memory?: ProbeMemory): Sample[] {
  const own = samplesOf(server, verdict, memory)
  return [...(hasUp ? own.filter(({ labels }) => labels.__name__ !== 'up') : own), ...samples]
}

function ecsFactsOf({ server, tasks }: KnownServer, facts: ReadonlyMap<string, EcsFacts>): EcsFacts | undefined {
  const seen = facts.get(`${server.cluster}/${server.service}`)
  if (!seen) return undefined
  return {
    ...seen,
    ...(server.oldestTaskStartedAt && { oldestTaskStartedAt: server.oldestTaskStartedAt }),
    ...(tasks.lastStop && { lastStop: tasks.lastStop }),
  }
}

async function readFacts(servers: KnownServer[], eyes: Eyes): Promise<Map<string, EcsFacts>> {
  const byCluster = Map.groupBy(servers, ({ server }) => server.cluster)
  const facts = new Map<string, EcsFacts>()
  const reads = [...byCluster].map(async ([cluster, members]) => {
    try {
      const services = members.map(({ server }) => server.service)
      for (const [service, fact] of await eyes.readServiceFacts(cluster, services))
        facts.set(`${cluster}/${service}`, fact)
    } catch (error) {
      eyes.onUnreadableCluster(cluster, error)
    }
  })
  await Promise.all(reads)
  return facts
}
