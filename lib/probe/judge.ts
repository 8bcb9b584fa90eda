import type { EcsFacts } from '../model/ecs-facts.ts'
import type { ProbeMemory } from '../model/probe-memory.ts'
import type { Verdict } from '../model/verdict.ts'
import { meaningOf } from './fault.ts'
import { judgeEcs } from './judge-ecs.ts'
import { isSlow, nextMemory } from './memory.ts'
import type { ProbeResult } from './probe.ts'

/** How many of the last probes must fail before a server counts as down. */
export interface Confirmation {
  failures: number
  of: number
}

/** Two of three: one lost packet wakes nobody. A person at the command line asks once: one of one. */
export const TWO_OF_THREE: Confirmation = { failures: 2, of: 3 }
export const AT_ONCE: Confirmation = { failures: 1, of: 1 }

/** After a first failure the poll looks again this soon, so that "two of three" does not cost a minute. */
const RECHECK_MS = 10_000

export interface Judgement {
  verdict: Verdict
  memory: ProbeMemory
  /** Probe this server once more so soon, because the verdict hangs on it. */
  recheckAfterMs?: number
}

/**
 * Joins what the probe saw with what ECS says and what earlier probes saw. ECS facts explain a failure (starting,
 * deploying, no task) or confirm it at once; without them it takes `confirmation` to call a server down.
 */
export function judge(
  result: ProbeResult<unknown>,
  ecs: EcsFacts | undefined,
  before: ProbeMemory | undefined,
  now: Date,
  confirmation: Confirmation = TWO_OF_THREE,
): Judgement {
  const memory = nextMemory(result, before ?? {}, now)
  const { fault, auth } = result
  if (auth) {
    const layer = auth.health === 'healthy' ? {} : ({ layer: 'auth' } as const)
    return { verdict: { ...verdictOf(result), ...auth, ...layer }, memory }
  }
  if (!fault) return { verdict: judgeAnswer(result, ecs, before ?? {}, memory), memory }
  const meaning = meaningOf(fault)
  const base = verdictOf(result)
  const told = { ...(meaning.layer && { layer: meaning.layer }), reason: fault.fault, message: fault.message }
  if (!meaning.down) return { verdict: { ...base, health: meaning.health, ...told }, memory }
  const byEcs = ecs && judgeEcs(ecs, fault, memory, now)
  if (byEcs && 'health' in byEcs) return { verdict: { ...base, ...byEcs }, memory }
  const failures = failuresOf(memory, confirmation)
  if (byEcs?.confirmed || failures >= confirmation.failures) {
    return { verdict: { ...base, health: 'critical', ...told }, memory }
  }
  const message = `${fault.message} Seen ${failures} of ${confirmation.failures} times it takes to count as down.`
  const verdict: Verdict = { ...base, health: 'warning', ...told, message }
  return memory.notBefore ? { verdict, memory } : { verdict, memory, recheckAfterMs: RECHECK_MS }
}

/**
 * The verdict while a server is not probed because it asked for patience: what was last seen, unless ECS knows that no
 * task is left. A server that throttles us was looked at as much as it allows, so its verdict does not become stale.
 */
export function judgeUnprobed(last: Verdict, memory: ProbeMemory, ecs: EcsFacts | undefined, now: Date): Verdict {
  if (ecs && ecs.running === 0 && ecs.desired > 0) {
    const found = judgeEcs(ecs, { fault: 'refused', message: '' }, memory, now)
    if ('health' in found) return { ...last, ...found, at: now.toISOString() }
  }
  return last.reason === 'throttled' ? { ...last, at: now.toISOString() } : last
}

const failuresOf = (memory: ProbeMemory, { of }: Confirmation) =>
  (memory.recent ?? []).slice(-of).filter(({ failed }) => failed).length

/** The server listed its tools; it may still have too few tasks, be slow, or have lost its tools. */
function judgeAnswer(
  result: ProbeResult<unknown>,
  ecs: EcsFacts | undefined,
  before: ProbeMemory,
  memory: ProbeMemory,
): Verdict {
  const base = verdictOf(result)
  const warning = (layer: Verdict['layer'], reason: string, message: string): Verdict => ({
    ...base,
    health: 'warning',
    ...(layer && { layer }),
    reason,
    message,
  })
  if (ecs && ecs.running < ecs.desired && ecs.rolloutState !== 'IN_PROGRESS') {
    return warning('ecs', 'tasks_missing', `The server answers, but only ${ecs.running} of ${ecs.desired} tasks run.`)
  }
  if (result.tools === 0 && (before.tools ?? 0) > 0) {
    return warning('tools', 'drift', `The server lists no tools any more; it had ${before.tools}.`)
  }
  if (isSlow(memory)) {
    const seconds = (result.timings.totalMs / 1000).toFixed(1)
    return warning('http', 'slow', `The server answers, but takes ${seconds} s, far more than is normal for it.`)
  }
  const tools = result.tools === 1 ? '1 tool' : `${result.tools ?? 0} tools`
  return { ...base, health: 'healthy', reason: 'ok', message: `The server lists ${tools}.` }
}

/** What a verdict takes over from the probe as it is. */
function verdictOf(result: ProbeResult<unknown>): Omit<Verdict, 'health' | 'reason' | 'message'> {
  const { era, protocolVersion, transport, server, tools, toolsHash } = result
  return {
    ...(era && { era }),
    ...(protocolVersion && { protocolVersion }),
    ...(transport && { transport }),
    ...(server && { server }),
    ...(tools !== undefined && { tools }),
    ...(toolsHash && { toolsHash }),
    timings: result.timings,
    requests: result.requests,
    session: result.session,
    at: result.at,
  }
}
