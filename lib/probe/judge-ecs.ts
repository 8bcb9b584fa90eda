import type { EcsFacts } from '../model/ecs-facts.ts'
import type { ProbeMemory } from '../model/probe-memory.ts'
import type { Verdict } from '../model/verdict.ts'
import type { Fault } from './fault.ts'

/** A task this young may still be loading: the slowest server measured took 2.3 s, JVMs and cold caches take longer. */
const START_GRACE_MS = 120_000
/** A rollout excuses failures this long; one that never gets healthy must be told. */
const ROLLOUT_GRACE_MS = 900_000
/** A task that stopped this recently is the reason why nothing answers. */
const RECENT_STOP_MS = 180_000

/** Faults that a server which is being started or replaced shows. */
const OF_A_MISSING_SERVER = new Set<Fault['fault']>([
  'refused',
  'unreachable',
  'reset',
  'timeout',
  'cut_off',
  'dns_not_found',
  'dns_unavailable',
  'bad_gateway',
  'unavailable',
  'gateway_timeout',
])

type EcsJudgement = Pick<Verdict, 'health' | 'layer' | 'reason' | 'message'> | { confirmed: boolean }

/**
 * What ECS makes of a failed probe: an explanation that replaces it (no task, starting, deploying), or whether it
 * confirms it, so that no second probe is needed.
 */
export function judgeEcs(ecs: EcsFacts, fault: Fault, memory: ProbeMemory, now: Date): EcsJudgement {
  if (ecs.desired === 0 && ecs.running === 0) {
    return {
      health: 'unknown',
      layer: 'ecs',
      reason: 'stopped',
      message: 'The service is scaled to zero tasks on purpose.',
    }
  }
  const stop = lastStop(ecs, now)
  const deploying = inRollout(ecs, memory, now)
  if (ecs.running === 0) {
    const why = stop ? ` ${stop}` : ''
    const detail = `No task runs; ${ecs.desired} ${ecs.desired === 1 ? 'is' : 'are'} wanted.${why}`
    return deploying && !stop
      ? { health: 'warning', layer: 'ecs', reason: 'deploying', message: `${detail} A rollout is in progress.` }
      : { health: 'critical', layer: 'ecs', reason: 'no_tasks', message: detail }
  }
  if (!OF_A_MISSING_SERVER.has(fault.fault)) return { confirmed: false }
  if (deploying) {
    return {
      health: 'warning',
      layer: 'ecs',
      reason: 'deploying',
      message: `A rollout is in progress (${ecs.running} of ${ecs.desired} tasks run). ${fault.message}`,
    }
  }
  const ageMs = ecs.oldestTaskStartedAt ? now.getTime() - Date.parse(ecs.oldestTaskStartedAt) : Number.POSITIVE_INFINITY
  if (ageMs < START_GRACE_MS) {
    const age = Math.max(0, Math.round(ageMs / 1000))
    return {
      health: 'warning',
      layer: 'ecs',
      reason: 'starting',
      message: `The task started ${age} s ago and does not answer yet. ${fault.message}`,
    }
  }
  return { confirmed: stop !== undefined }
}

/** The last task's end in words, when it is recent and not of our own doing. */
function lastStop(ecs: EcsFacts, now: Date): string | undefined {
  const stop = ecs.lastStop
  if (!stop) return undefined
  const agoMs = now.getTime() - Date.parse(stop.stoppedAt)
  if (agoMs > RECENT_STOP_MS || stop.stopCode === 'ServiceSchedulerInitiated') return undefined
  const exit = stop.exitCode === undefined ? '' : `, exit code ${stop.exitCode}`
  return `The last one stopped ${Math.max(0, Math.round(agoMs / 1000))} s ago (${stop.stopCode}${exit}): ${stop.stoppedReason}.`
}

/** A rollout that began recently; one that has been failing for longer is no excuse any more. */
function inRollout(ecs: EcsFacts, memory: ProbeMemory, now: Date): boolean {
  if (ecs.rolloutState !== 'IN_PROGRESS') return false
  const since = ecs.rolloutStartedAt ?? memory.failingSince
  return since === undefined || now.getTime() - Date.parse(since) < ROLLOUT_GRACE_MS
}
