import type { EcsFacts } from '../model/ecs-facts.ts'
import type { ProbeMemory } from '../model/probe-memory.ts'
import type { Observation, Sample } from '../model/sample.ts'
import type { Server } from '../model/server.ts'
import type { KnownServer, ProbeState } from '../model/server-state.ts'
import type { Verdict } from '../model/verdict.ts'
import type { Authenticate } from '../probe/auth/authenticate.ts'
import { judge, judgeUnprobed } from '../probe/judge.ts'
import { type DriftStore, type LookedAround, lookAround } from '../probe/look-around.ts'
import { isDue } from '../probe/memory.ts'
import { monitorOffline, watchConnectivity } from '../probe/own-connectivity.ts'
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

/** Of the function's 60 s, what probes may take; the rest is for what lies around and for writing it all down. */
const PROBING_MS = 40_000

/** Looks at all servers at once, at ECS and at their MCP endpoints. No server's trouble delays or fails another's. */
export async function observeServers(servers: KnownServer[], eyes: Eyes): Promise<Polled[]> {
  const ecs = readFacts(servers, eyes)
  const startedAt = new Date()
  const due = new Set(servers.filter(({ probe: before }) => !before || isDue(before.memory, startedAt)))
  // The ECS API is the reference target: what cannot reach it either is cut off itself.
  const isOffline = watchConnectivity(due.size, async () => (await ecs).reached)
  const probing = { startedAt, isOffline, signal: AbortSignal.timeout(PROBING_MS) }
  return Promise.all(servers.map((known) => observe(known, ecs, eyes, due.has(known) ? probing : undefined)))
}

interface Probing {
  startedAt: Date
  isOffline(verdict: Verdict): Promise<boolean>
  /** Our own time is over: that is never blamed on a server. */
  signal: AbortSignal
}

interface EcsView {
  facts: Map<string, EcsFacts>
  reached: boolean
}

async function observe(
  known: KnownServer,
  view: Promise<EcsView>,
  eyes: Eyes,
  probing: Probing | undefined,
): Promise<Polled> {
  const { server, probe: before, tasks } = known
  const { deployment } = server
  const memoryBefore = before?.memory
  const result =
    probing &&
    (await probeServer(server, memoryBefore, eyes.authenticate, probing.startedAt, { signal: probing.signal }))
  const ecs = ecsFactsOf(known, (await view).facts)
  const now = new Date()
  const judged = result && judge(result, ecs, before?.memory, now)
  const offline = judged && (await probing?.isOffline(judged.verdict))
  const judgement = offline ? monitorOffline(judged, before?.memory) : judged
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

async function readFacts(servers: KnownServer[], eyes: Eyes): Promise<EcsView> {
  const byCluster = Map.groupBy(servers, ({ server }) => server.cluster)
  const facts = new Map<string, EcsFacts>()
  let reached = false
  const reads = [...byCluster].map(async ([cluster, members]) => {
    try {
      const services = members.map(({ server }) => server.service)
      const read = await eyes.readServiceFacts(cluster, services)
      reached = true
      for (const [service, fact] of read) facts.set(`${cluster}/${service}`, fact)
    } catch (error) {
      eyes.onUnreadableCluster(cluster, error)
    }
  })
  await Promise.all(reads)
  return { facts, reached }
}
