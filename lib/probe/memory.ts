import type { KnownEra, ProbeMemory } from '../model/probe-memory.ts'
import { meaningOf } from './fault.ts'
import { observeOperation } from './operation-histogram.ts'
import type { ProbeResult } from './probe.ts'

/** An era is asked anew this often, so that a server which was upgraded is spoken to in its new one. */
const ERA_TTL_MS = 6 * 3_600_000
const RECENT = 10
const DURATIONS = 21
/** Below so few good probes nothing is normal yet. */
const BASELINE = 5
const SLOW_FACTOR = 3
const SLOW_FLOOR_MS = 1000
const SLOW_IN_A_ROW = 2

/** What the memory says of the server's era, unless it is time to ask again. */
export function knownEra(memory: ProbeMemory | undefined, now: Date): KnownEra | undefined {
  if (!memory?.known || !memory.knownAt) return undefined
  return now.getTime() - Date.parse(memory.knownAt) < ERA_TTL_MS ? memory.known : undefined
}

/** Whether the server may be probed now: it asked for patience, or keeps sessions it should delete. */
export function isDue(memory: ProbeMemory | undefined, now: Date): boolean {
  return !memory?.notBefore || Date.parse(memory.notBefore) <= now.getTime()
}

/** The memory after one more probe. A fault of the prober's own changes nothing but what it leaked. */
export function nextMemory(result: ProbeResult<unknown>, before: ProbeMemory, now: Date): ProbeMemory {
  const { fault } = result
  const leaks = leaksOf(result, before)
  if (fault?.fault === 'prober_error') return { ...before, ...leaks }
  const failed = fault !== undefined && meaningOf(fault).down === true
  const at = now.toISOString()
  const { failingSince, notBefore: _, ...kept } = before
  return {
    ...kept,
    ...leaks,
    ...(result.operation && { operations: observeOperation(before.operations, result.operation) }),
    ...eraKnown(result, before, now),
    recent: [...(before.recent ?? []), { at, failed }].slice(-RECENT),
    ...(failed && { failingSince: failingSince ?? at }),
    ...(fault ? {} : answered(result, before)),
    ...pause(result, leaks.leaksInARow, now),
  }
}

/** Whether the last probes were slow by the server's own standard. */
export function isSlow(memory: ProbeMemory): boolean {
  return (memory.slowInARow ?? 0) >= SLOW_IN_A_ROW
}

function answered(result: ProbeResult<unknown>, before: ProbeMemory): Partial<ProbeMemory> {
  const durations = before.durationsMs ?? []
  const { totalMs } = result.timings
  const slow = durations.length >= BASELINE && totalMs > SLOW_FLOOR_MS && totalMs > SLOW_FACTOR * median(durations)
  return {
    durationsMs: [...durations, totalMs].slice(-DURATIONS),
    slowInARow: slow ? (before.slowInARow ?? 0) + 1 : 0,
    tools: result.tools ?? 0,
  }
}

/** Only a good session proves an era; how old the proof is counts from when it was found out without prior knowledge. */
function eraKnown(result: ProbeResult<unknown>, before: ProbeMemory, now: Date): Partial<ProbeMemory> {
  const { era, transport, fault } = result
  if (fault || !era || !transport) return {}
  const same = before.known?.era === era && before.known.transport === transport
  const stillFresh = same && knownEra(before, now) !== undefined
  return { known: { era, transport }, ...(!stillFresh && { knownAt: now.toISOString() }) }
}

function leaksOf(result: ProbeResult<unknown>, before: ProbeMemory) {
  const leaked = result.session === 'leaked'
  const cleaned = result.session === 'deleted' || (result.session === 'none' && !result.maybeLeaked)
  return {
    sessionsLeaked: (before.sessionsLeaked ?? 0) + (leaked ? 1 : 0),
    leaksInARow: leaked || result.maybeLeaked ? (before.leaksInARow ?? 0) + 1 : cleaned ? 0 : (before.leaksInARow ?? 0),
  }
}

/** Longest pause that is no answer to a 429: one minute's poll is left out, and the verdict does not become stale. */
const PAUSE_MS = 100_000
const LEAKS_TO_PAUSE = 3

/** Retry-After of a 429 is honoured; a server that keeps our sessions is asked half as often. */
function pause(result: ProbeResult<unknown>, leaksInARow: number, now: Date): Pick<ProbeMemory, 'notBefore'> {
  const { fault, retryAfterMs = 0 } = result.fault ?? {}
  const asked = fault === 'throttled' ? retryAfterMs : Math.min(retryAfterMs, PAUSE_MS)
  const waitMs = Math.max(asked, leaksInARow < LEAKS_TO_PAUSE ? 0 : PAUSE_MS)
  return waitMs > 0 ? { notBefore: new Date(now.getTime() + waitMs).toISOString() } : {}
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
