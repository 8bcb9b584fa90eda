import { expect, test } from 'vitest'
import { startDeadline } from '../../../lib/probe/deadline.ts'

const cause = (timeoutMs: number, signal?: AbortSignal) =>
  new Promise((resolve) => {
    startDeadline(timeoutMs, signal).onExpire(resolve)
  })

test('time over is the server’s', async () => {
  expect(await cause(10, new AbortController().signal)).toBe('timeout')
})

test.for([
  ['aborted before', () => AbortSignal.abort()],
  ['aborted meanwhile', () => AbortSignal.timeout(5)],
] as const)('%s is ours', async ([, signal]) => {
  expect(await cause(1000, signal())).toMatchObject({ fault: 'prober_error' })
})

test('a process that stood still blames itself', async () => {
  const waiting = cause(10)
  const until = performance.now() + 1700
  while (performance.now() < until);
  expect(await waiting).toMatchObject({ fault: 'prober_error', message: expect.stringContaining('stood still') })
})

test('who takes back or comes late', async () => {
  const deadline = startDeadline(10)
  const heard: string[] = []
  deadline.onExpire(() => heard.push('taken back'))()
  await new Promise((resolve) => setTimeout(resolve, 30))
  deadline.onExpire(() => heard.push('late'))
  expect(heard).toEqual(['late'])
})
