import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EcsFacts } from '../../../lib/model/ecs-facts.ts'
import type { ProbeMemory } from '../../../lib/model/probe-memory.ts'
import type { Fault, FaultReason } from '../../../lib/probe/fault.ts'
import { FAULTS } from '../../../lib/probe/fault.ts'
import { judge, judgeUnprobed } from '../../../lib/probe/judge.ts'
import { isDue, knownEra } from '../../../lib/probe/memory.ts'
import type { ProbeResult } from '../../../lib/probe/probe.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000).toISOString()

const good = (more: Partial<ProbeResult> = {}): ProbeResult => ({
  era: 'legacy',
  transport: 'streamable-http',
  protocolVersion: '2025-11-25',
  tools: 3,
  toolsHash: 'abc',
  timings: { totalMs: 100 },
  requests: 4,
  session: 'deleted',
  maybeLeaked: false,
  at: NOW.toISOString(),
  ...more,
})
const bad = (fault: FaultReason, more: Partial<Fault> = {}): ProbeResult => ({
  fault: { fault, message: 'It failed.', ...more },
  timings: { totalMs: 100 },
  requests: 1,
  session: 'none',
  maybeLeaked: false,
  at: NOW.toISOString(),
})
const ecs = (more: Partial<EcsFacts> = {}): EcsFacts => ({ desired: 2, running: 2, pending: 0, ...more })
const FAILED_BEFORE: ProbeMemory = { recent: [{ at: ago(60), failed: true }], failingSince: ago(60) }
const stop = (seconds: number, stopCode = 'EssentialContainerExited') => ({
  taskArn: 'arn:task',
  stopCode,
  stoppedReason: 'Essential container in task exited',
  exitCode: 137,
  stoppedAt: ago(seconds),
})
const young = { oldestTaskStartedAt: ago(119) }
const rollout = { rolloutState: 'IN_PROGRESS' as const, rolloutStartedAt: ago(60) }

test.for<[name: string, ProbeResult, EcsFacts | undefined, ProbeMemory | undefined, string]>([
  ['good', good(), ecs(), undefined, 'healthy - ok'],
  ['good without ECS facts', good(), undefined, undefined, 'healthy - ok'],
  ['one task of two missing', good(), ecs({ running: 1 }), undefined, 'warning ecs tasks_missing'],
  ['one of two missing in a rollout', good(), ecs({ running: 1, ...rollout }), undefined, 'healthy - ok'],
  ['tools gone', good({ tools: 0 }), ecs(), { tools: 3 }, 'warning tools drift'],
  ['never had tools', good({ tools: 0 }), ecs(), { tools: 0 }, 'healthy - ok'],
  ['first failure', bad('refused'), ecs(), undefined, 'warning network refused'],
  ['second failure', bad('refused'), ecs(), FAILED_BEFORE, 'critical network refused'],
  ['second failure without ECS facts', bad('refused'), undefined, FAILED_BEFORE, 'critical network refused'],
  ['timeout in another layer', bad('timeout', { layer: 'tls' }), undefined, FAILED_BEFORE, 'critical tls timeout'],
  ['a task just stopped', bad('refused'), ecs({ lastStop: stop(5) }), undefined, 'critical network refused'],
  ['a task stopped at the edge', bad('refused'), ecs({ lastStop: stop(180) }), undefined, 'critical network refused'],
  ['a task stopped long ago', bad('refused'), ecs({ lastStop: stop(181) }), undefined, 'warning network refused'],
  [
    'a task was replaced by ECS',
    bad('refused'),
    ecs({ lastStop: stop(5, 'ServiceSchedulerInitiated') }),
    undefined,
    'warning network refused',
  ],
  ['no task', bad('refused'), ecs({ running: 0 }), undefined, 'critical ecs no_tasks'],
  ['no task, in a rollout', bad('refused'), ecs({ running: 0, ...rollout }), undefined, 'warning ecs deploying'],
  [
    'no task, crashing in a rollout',
    bad('refused'),
    ecs({ running: 0, ...rollout, lastStop: stop(5) }),
    undefined,
    'critical ecs no_tasks',
  ],
  ['rollout', bad('unavailable'), ecs({ running: 1, ...rollout }), FAILED_BEFORE, 'warning ecs deploying'],
  [
    'rollout, but a fault it does not explain',
    bad('not_json'),
    ecs(rollout),
    FAILED_BEFORE,
    'critical protocol not_json',
  ],
  [
    'rollout without end',
    bad('refused'),
    ecs({ ...rollout, rolloutStartedAt: ago(900) }),
    FAILED_BEFORE,
    'critical network refused',
  ],
  ['starting', bad('refused'), ecs(young), FAILED_BEFORE, 'warning ecs starting'],
  [
    'no longer starting',
    bad('refused'),
    ecs({ oldestTaskStartedAt: ago(120) }),
    FAILED_BEFORE,
    'critical network refused',
  ],
  ['scaled to zero', bad('refused'), ecs({ desired: 0, running: 0 }), FAILED_BEFORE, 'unknown ecs stopped'],
  ['throttled', bad('throttled'), ecs(), FAILED_BEFORE, 'warning http throttled'],
  ['credential refused', bad('auth'), ecs(), FAILED_BEFORE, 'warning auth auth'],
  ['session lost', bad('session_lost'), ecs(), FAILED_BEFORE, 'warning protocol session_lost'],
  ['our own fault', bad('prober_error'), ecs({ running: 0 }), FAILED_BEFORE, 'unknown - prober_error'],
  ['certificate expired, at once', bad('certificate_expired'), ecs(), undefined, 'critical tls certificate_expired'],
  [
    'auth says healthy',
    { ...bad('auth'), auth: { health: 'healthy', reason: 'challenge_expected', message: 'As it should.' } },
    ecs(),
    undefined,
    'healthy - challenge_expected',
  ],
])('%s', ([, result, facts, memory, expected]) => {
  const { verdict } = judge(result, facts, memory, NOW)
  expect(`${verdict.health} ${verdict.layer ?? '-'} ${verdict.reason}`).toBe(expected)
})

test('an unconfirmed failure asks for a second look soon, a confirmed one does not', () => {
  expect(judge(bad('refused'), ecs(), undefined, NOW).recheckAfterMs).toBe(10_000)
  expect(judge(bad('refused'), ecs(), FAILED_BEFORE, NOW).recheckAfterMs).toBeUndefined()
})

test('the woken person reads why the task stopped', () => {
  expect(
    judge(bad('refused'), ecs({ desired: 1, running: 0, lastStop: stop(12) }), undefined, NOW).verdict.message,
  ).toBe(
    'No task runs; 1 is wanted. The last one stopped 12 s ago (EssentialContainerExited, exit code 137): Essential container in task exited.',
  )
})

test('slow: twice in a row above three times the normal and above a second', () => {
  let memory: ProbeMemory = {}
  const see = (totalMs: number) => {
    const judged = judge(good({ timings: { totalMs } }), undefined, memory, NOW)
    memory = judged.memory
    return judged.verdict.reason
  }
  expect([100, 110, 90, 100, 100].map(see)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  expect([999, 1000, 1001, 1001, 100].map(see)).toEqual(['ok', 'ok', 'ok', 'slow', 'ok'])
})

test('the era is kept after a good session, for six hours, and never after a failure', () => {
  const { memory } = judge(good(), undefined, undefined, NOW)
  const later = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000)
  expect(knownEra(memory, later(5.99))).toEqual({ era: 'legacy', transport: 'streamable-http' })
  expect(knownEra(memory, later(6))).toBeUndefined()
  expect(
    judge({ ...bad('degraded'), era: 'modern', transport: 'streamable-http' }, undefined, {}, NOW).memory.known,
  ).toBeUndefined()
  expect(judge(good(), undefined, memory, later(3)).memory.knownAt).toBe(memory.knownAt)
})

test('Retry-After and leaked sessions slow the probing down; a clean session ends it', () => {
  const throttled = judge(bad('throttled', { retryAfterMs: 120_000 }), undefined, {}, NOW).memory
  expect(isDue(throttled, new Date(NOW.getTime() + 119_999))).toBe(false)
  expect(isDue(throttled, new Date(NOW.getTime() + 120_000))).toBe(true)
  let memory: ProbeMemory = {}
  const waits = [1, 2, 3, 4, 30].map((times) => {
    while ((memory.leaksInARow ?? 0) < times) memory = judge(good({ session: 'leaked' }), undefined, memory, NOW).memory
    return memory.notBefore ? (Date.parse(memory.notBefore) - NOW.getTime()) / 60_000 : 0
  })
  expect(waits).toEqual([0, 0, 100 / 60, 100 / 60, 100 / 60])
  expect(memory.sessionsLeaked).toBe(30)
  expect(judge(good(), undefined, memory, NOW).memory).toMatchObject({ leaksInARow: 0, sessionsLeaked: 30 })
  expect(judge(good(), undefined, memory, NOW).memory.notBefore).toBeUndefined()
})

test('while it is not probed, a throttling server keeps its verdict and a dead one does not', () => {
  const throttled = judge(bad('throttled'), ecs(), undefined, new Date(Date.parse(ago(600))))
  expect(judgeUnprobed(throttled.verdict, {}, ecs(), NOW)).toMatchObject({ reason: 'throttled', at: NOW.toISOString() })
  expect(judgeUnprobed(throttled.verdict, {}, ecs({ running: 0 }), NOW)).toMatchObject({
    health: 'critical',
    reason: 'no_tasks',
  })
  const healthy = { ...judge(good(), ecs(), undefined, NOW).verdict, at: ago(100) }
  expect(judgeUnprobed(healthy, {}, ecs(), NOW)).toEqual(healthy)
})

test('whatever comes, one failure among good probes never makes a server critical, and the memory stays small', () => {
  const alone = Object.keys(FAULTS).filter((reason) => 'down' in FAULTS[reason as FaultReason]) as FaultReason[]
  fc.assert(
    fc.property(fc.array(fc.option(fc.constantFrom(...alone), { nil: undefined }), { maxLength: 60 }), (story) => {
      let memory: ProbeMemory = {}
      const failures: boolean[] = []
      for (const reason of story) {
        const judged = judge(reason ? bad(reason) : good(), undefined, memory, NOW)
        failures.push(reason !== undefined)
        const critical = reason !== undefined && failures.slice(-3).filter(Boolean).length >= 2
        expect(judged.verdict.health).toBe(reason === undefined ? 'healthy' : critical ? 'critical' : 'warning')
        memory = JSON.parse(JSON.stringify(judged.memory))
      }
      expect(JSON.stringify(memory).length).toBeLessThan(2000)
    }),
  )
})
