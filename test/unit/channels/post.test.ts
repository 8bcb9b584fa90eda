import { afterAll, beforeAll, expect, test } from 'vitest'
import { post } from '../../../lib/channels/post.ts'
import { type Fault, type Receiver, startReceiver } from '../../../lib/local/receivers/receiver.ts'

const NOW = new Date('2026-11-21T09:05:00.000Z')
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver(() => ({ taken: true, status: 200, body: 'ok' }))
})
afterAll(() => receiver[Symbol.asyncDispose]())

const retry = (reason: string, afterMs?: number) => ({
  result: { outcome: 'retry', reason, ...(afterMs === undefined ? {} : { afterMs }) },
  unauthorized: false,
})
const refused = (reason: string, unauthorized = false) => ({ result: { outcome: 'refused', reason }, unauthorized })

test.for<{ name: string; fault?: Fault; expected: unknown }>([
  { name: '200', expected: { result: { outcome: 'delivered' }, unauthorized: false } },
  { name: '202', fault: { status: 202 }, expected: { result: { outcome: 'delivered' }, unauthorized: false } },
  { name: '204', fault: { status: 204 }, expected: { result: { outcome: 'delivered' }, unauthorized: false } },
  { name: '500', fault: { status: 500, body: 'oops' }, expected: retry('HTTP 500: oops') },
  { name: '503', fault: { status: 503, headers: { 'retry-after': '7' } }, expected: retry('HTTP 503', 7000) },
  { name: '429', fault: { status: 429 }, expected: retry('HTTP 429') },
  {
    name: '429, seconds',
    fault: { status: 429, headers: { 'retry-after': '30' } },
    expected: retry('HTTP 429', 30_000),
  },
  {
    name: '429, a date',
    fault: { status: 429, headers: { 'retry-after': 'Sat, 21 Nov 2026 09:06:30 GMT' } },
    expected: retry('HTTP 429', 90_000),
  },
  {
    name: '429, a date that has passed',
    fault: { status: 429, headers: { 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' } },
    expected: retry('HTTP 429', 0),
  },
  { name: '429, nonsense', fault: { status: 429, headers: { 'retry-after': 'soon' } }, expected: retry('HTTP 429') },
  { name: '408', fault: { status: 408 }, expected: retry('HTTP 408') },
  { name: '425', fault: { status: 425 }, expected: retry('HTTP 425') },
  { name: '400', fault: { status: 400, body: 'invalid_payload' }, expected: refused('HTTP 400: invalid_payload') },
  { name: '404', fault: { status: 404, body: 'no_service' }, expected: refused('HTTP 404: no_service') },
  { name: '410', fault: { status: 410 }, expected: refused('HTTP 410') },
  { name: '401', fault: { status: 401 }, expected: refused('HTTP 401', true) },
  { name: '403', fault: { status: 403, body: 'invalid_token' }, expected: refused('HTTP 403: invalid_token', true) },
  {
    name: 'a redirect',
    fault: { status: 307, headers: { location: 'http://127.0.0.1:1/' } },
    expected: refused('HTTP 307'),
  },
  {
    name: 'a page of HTML',
    fault: { status: 400, body: `<html>\n  <p>${'x'.repeat(500)}` },
    expected: refused(`HTTP 400: <html> <p>${'x'.repeat(190)}`),
  },
  { name: 'silence', fault: 'hang', expected: retry('no complete answer within 0.3 s') },
  { name: 'an answer too late', fault: { afterMs: 600 }, expected: retry('no complete answer within 0.3 s') },
])('$name', async ({ fault, expected }) => {
  if (fault) receiver.failNext(fault)
  expect(await post({ url: receiver.url, body: '{}', timeoutMs: 300 }, NOW)).toEqual(expected)
})

test('a cut connection, and a port where nobody listens', async () => {
  receiver.failNext('reset')
  const reset = await post({ url: receiver.url, body: '{}' }, NOW)
  expect(reset.result).toMatchObject({
    outcome: 'retry',
    reason: expect.stringMatching(/^the connection failed \(\w+\)$/),
  })
  const gone = await startReceiver(() => ({ taken: true, status: 200, body: 'ok' }))
  await gone[Symbol.asyncDispose]()
  expect(await post({ url: gone.url, body: '{}' }, NOW)).toEqual(retry('the connection failed (ECONNREFUSED)'))
})
