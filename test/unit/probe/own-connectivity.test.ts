import { expect, test } from 'vitest'
import type { Verdict } from '../../../lib/model/verdict.ts'
import { mayBeOwn, monitorOffline, watchConnectivity } from '../../../lib/probe/own-connectivity.ts'

const verdict = (layer: Verdict['layer'], reason: string, health: Verdict['health'] = 'critical'): Verdict => ({
  health,
  ...(layer && { layer }),
  reason,
  message: 'It failed.',
  timings: { totalMs: 1 },
  requests: 1,
  session: 'none',
  at: '2026-11-21T12:00:00.000Z',
})
const refused = verdict('network', 'refused', 'warning')
const dns = verdict('dns', 'dns_unavailable')
const silent = verdict('http', 'timeout')
const gone = verdict('ecs', 'no_tasks')
const ok = verdict(undefined, 'ok', 'healthy')
const error = verdict('http', 'server_error')

test.for<[name: string, verdicts: Verdict[], referenceReached: boolean, offline: boolean[]]>([
  ['all three fail, the reference too', [refused, dns, silent], false, [true, true, true]],
  ['all three fail, the reference answers', [refused, dns, silent], true, [false, false, false]],
  ['only two servers', [refused, refused], false, [false, false]],
  ['one of four is well', [refused, refused, ok, refused], false, [false, false, false, false]],
  ['one answers, though badly', [refused, error, refused], false, [false, false, false]],
  ['ECS says that one is gone', [refused, refused, gone], false, [false, false, false]],
])('%s', async ([, verdicts, reached, offline]) => {
  let asked = 0
  const isOffline = watchConnectivity(verdicts.length, async () => {
    asked += 1
    return reached
  })
  expect(await Promise.all(verdicts.map(isOffline))).toEqual(offline)
  expect(asked).toBe(verdicts.length >= 3 && verdicts.every(mayBeOwn) ? 1 : 0)
})

test('a server that answers waits for nobody', async () => {
  const isOffline = watchConnectivity(3, async () => false)
  expect(await isOffline(ok)).toBe(false)
  expect(await isOffline(refused)).toBe(false)
})

test('a prober that is cut off pages nobody and forgets the failure', () => {
  const before = { recent: [] }
  const judged = monitorOffline({ verdict: refused, memory: { failingSince: refused.at }, recheckAfterMs: 10 }, before)
  expect(judged.memory).toBe(before)
  expect(judged.recheckAfterMs).toBeUndefined()
  expect(judged.verdict).toMatchObject({ health: 'unknown', reason: 'monitor-offline' })
  expect(judged.verdict.layer).toBeUndefined()
})
