import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import type { Verdict } from '../../../lib/model/verdict.ts'
import { isReachable, monitorOffline, suspectSubnets } from '../../../lib/probe/own-connectivity.ts'

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

test.for<[name: string, Record<string, Verdict[]>, string[]]>([
  ['nothing probed', {}, []],
  ['all three fail', { a: [refused, dns, silent] }, ['a']],
  ['only two servers', { a: [refused, refused] }, []],
  ['one of four is well', { a: [refused, refused, refused, ok] }, []],
  ['one answers, though badly', { a: [refused, refused, refused, error] }, []],
  ['ECS says that one is gone', { a: [refused, refused, gone] }, []],
  ['each subnet for itself', { a: [refused, refused, refused], b: [ok, ok, ok], c: [dns, dns, dns] }, ['a', 'c']],
])('%s', ([, batch, suspects]) => {
  const looked = Object.entries(batch).flatMap(([subnet, verdicts]) =>
    verdicts.map((one) => ({ subnet, verdict: one })),
  )
  expect(suspectSubnets(looked)).toEqual(suspects)
})

test('a prober that is cut off pages nobody and forgets the failure', () => {
  const before = { recent: [] }
  const judged = monitorOffline({ verdict: refused, memory: { failingSince: refused.at }, recheckAfterMs: 10 }, before)
  expect(judged.memory).toBe(before)
  expect(judged.recheckAfterMs).toBeUndefined()
  expect(judged.verdict).toMatchObject({ health: 'unknown', reason: 'monitor-offline' })
  expect(judged.verdict.layer).toBeUndefined()
})

test('the reference target is reached or not', async () => {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  expect(await isReachable('127.0.0.1', port, 1000)).toBe(true)
  await new Promise((resolve) => server.close(resolve))
  expect(await isReachable('127.0.0.1', port, 1000)).toBe(false)
})
