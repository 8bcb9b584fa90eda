import type { MetricName } from '../metrics/names.ts'
import type { EcsFacts } from '../model/ecs-facts.ts'
import type { ProbeMemory } from '../model/probe-memory.ts'
import type { Observation, Sample } from '../model/sample.ts'
import type { Server } from '../model/server.ts'
import type { KnownServer, ProbeState } from '../model/server-state.ts'
import type { Authenticate } from '../probe/auth/authenticate.ts'
import { judge, judgeUnprobed } from '../probe/judge.ts'
import {
  type AroundIo,
  askBeside,
  type Beside,
  type DriftStore,
  type LookedAround,
  lookAround,
} from '../probe/look-around.ts'
import { isDue } from '../probe/memory.ts'
import type { ProbeResult } from '../probe/probe.ts'
import { samplesOf } from '../probe/probe-samples.ts'
import { probeServer } from '../probe/probe-server.ts'
import { ecsSamples } from '../resources/ecs-samples.ts'
import { isMonitorOffline, isUnreached, MONITOR_OFFLINE, withoutOwnFault } from './monitor-offline.ts'
import type { Reference } from './reference.ts'

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
  /** Tells a fleet that is down from a fleetwatch without network. */
  reference: Reference
  /** The poll's own time; what is still under way then is broken off and blamed on nobody. */
  patienceMs: number
  /** A cluster could not be read: its servers are judged by their probes alone. */
  onUnreadableCluster(cluster: string, error: unknown): void
}

/** Looks at all servers at once, at ECS and at their MCP endpoints. No server's trouble delays or fails another's. */
export async function observeServers(servers: KnownServer[], eyes: Eyes): Promise<Polled[]> {
  const signal = AbortSignal.timeout(eyes.patienceMs)
  const facts = readFacts(servers, eyes)
  const looks = servers.map((known) => look(known, eyes, signal))
  const offline = Promise.all(looks).then((all) =>
    isMonitorOffline(
      all.map(({ result }) => result),
      eyes.reference,
    ),
  )
  const reports = looks.map(async (pending) => {
    const seen = await pending
    // Only who was not reached has to wait for the others: whether they were is what tells the fault's side.
    const isOffline = isUnreached(seen.result) && (await offline)
    return report(seen, ecsFactsOf(seen.known, await facts), isOffline, { ...eyes, signal, now: () => new Date() })
  })
  const [polled] = await Promise.all([Promise.all(reports), offline, eyes.reference.prove()])
  return polled
}

/** What one server answered: its MCP session, unless it asked for patience, and beside it its other URLs. */
interface Look {
  known: KnownServer
  result: ProbeResult | undefined
  beside: Beside
}

async function look(known: KnownServer, eyes: Eyes, signal: AbortSignal): Promise<Look> {
  const { server, probe: before } = known
  const startedAt = new Date()
  const isProbed = !before || isDue(before.memory, startedAt)
  const [result, beside] = await Promise.all([
    isProbed ? probeServer(server, before?.memory, eyes.authenticate, startedAt, { signal }) : undefined,
    askBeside(server, { ...eyes, now: () => startedAt }),
  ])
  return { known, result, beside }
}

async function report(seen: Look, ecs: EcsFacts | undefined, isOffline: boolean, io: AroundIo): Promise<Polled> {
  const { server, probe: before, tasks } = seen.known
  const { deployment } = server
  const now = new Date()
  const result = seen.result && isOffline ? withoutOwnFault(seen.result) : seen.result
  const beside = isOffline ? { healthAnswers: [] } : seen.beside
  const judgement = result && judge(result, ecs, before?.memory, now)
  const session = judgement && (isOffline ? { ...judgement.verdict, reason: MONITOR_OFFLINE } : judgement.verdict)
  const verdict = session ?? (before && judgeUnprobed(before.verdict, before.memory, ecs, now))
  const memory = judgement?.memory ?? before?.memory
  const around =
    verdict &&
    (await lookAround({ server, memory: before?.memory, result, verdict, ecs, beside }, before?.surroundings, io))
  const samples = [
    ...(around ? samplesWithAround(server, around, memory) : []),
    ...(isOffline ? [offlineSample(server)] : []),
    ...ecsSamples(server, ecs, tasks, now),
  ]
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

function offlineSample({ labels, deployment }: Server): Sample {
  const name: MetricName = 'fleetwatch_monitor_offline'
  return { labels: { ...labels, deployment, __name__: name }, value: 1 }
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
