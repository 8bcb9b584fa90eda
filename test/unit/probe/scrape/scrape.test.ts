import { lookup } from 'node:dns'
import { expect, test } from 'vitest'
import type { ScrapeSettings } from '../../../../lib/model/probe-settings.ts'
import { scrape } from '../../../../lib/probe/scrape/scrape.ts'
import { answerWith } from '../../../support/answer-with.ts'

const OPEN_GUARD = { refusal: () => undefined, lookup }
const IO = { guard: OPEN_GUARD, userAgent: 'fleetwatch-probe/test', nowMs: Date.now() }
const SETTINGS: ScrapeSettings = {
  url: '/metrics',
  timeoutMs: 2000,
  allow: ['mcp_*'],
  maxSeries: 500,
  honorLabels: false,
  sendAuth: false,
}

const target = (url: string) => ({ endpoint: `${url}/mcp`, deployment: 'search', labels: { team: 'a' } })
const byName = (samples: { labels: Readonly<Record<string, string>>; value: number }[]) =>
  Object.fromEntries(
    samples.map(({ labels, value }) => [[labels.__name__, labels.reason].filter(Boolean).join(), value]),
  )

test('reads the server’s metrics and says how the scrape went', async () => {
  await using server = await answerWith((_, response) => {
    response
      .setHeader('content-type', 'application/openmetrics-text; version=1.0.0')
      .end('mcp_x_total 5\nmcp_x_total 6\nother 1\n# EOF\n')
  })
  const result = await scrape(target(server.url), SETTINGS, IO)
  expect(result.ok).toBe(true)
  expect(result.notice).toBe('Scrape: left out 1 samples (duplicate).')
  const { scrape_duration_seconds: duration, ...values } = byName(result.samples)
  expect(duration).toBeGreaterThan(0)
  expect(values).toEqual({
    mcp_x_total: 5,
    up: 1,
    scrape_samples_scraped: 3,
    'fleetwatch_scrape_samples_dropped,over_limit': 0,
    'fleetwatch_scrape_samples_dropped,reserved': 0,
    'fleetwatch_scrape_samples_dropped,duplicate': 1,
    'fleetwatch_scrape_samples_dropped,stale': 0,
    'fleetwatch_scrape_samples_dropped,too_long': 0,
  })
  const instance = `127.0.0.1:${server.port}`
  expect(result.samples[0]?.labels).toEqual({
    __name__: 'mcp_x_total',
    team: 'a',
    deployment: 'search',
    job: 'mcp-server',
    instance,
  })
  expect(server.seen[0]).toMatchObject({
    method: 'GET',
    path: '/metrics',
    headers: { 'user-agent': 'fleetwatch-probe/test' },
  })
})

test.for([
  {
    name: 'HTTP status 503',
    status: 503,
    type: 'text/plain',
    body: '',
    message: 'The scrape of /metrics failed: HTTP status 503.',
  },
  {
    name: 'a redirect',
    status: 302,
    type: 'text/plain',
    body: '',
    message: 'The scrape of /metrics failed: HTTP status 302.',
  },
  {
    name: 'HTML',
    status: 200,
    type: 'text/html',
    body: '<html>',
    message:
      'The metrics at /metrics cannot be read: content type "text/html" is neither Prometheus text nor OpenMetrics.',
  },
  {
    name: 'a broken line',
    status: 200,
    type: 'text/plain',
    body: 'mcp_a 1\nmcp_b one\n',
    message: 'The metrics at /metrics cannot be read: line 2, column 7: expected a value, got "one".',
  },
])('a failed scrape has up 0 and no series: $name', async ({ status, type, body, message }) => {
  await using server = await answerWith((_, response) => {
    response.writeHead(status, { 'content-type': type, location: 'http://127.0.0.1:1/' }).end(body)
  })
  const result = await scrape(target(server.url), SETTINGS, IO)
  expect(result).toMatchObject({ ok: false, message })
  expect(byName(result.samples)).toEqual({ up: 0 })
  expect(server.seen).toHaveLength(1)
})

test('a body that never ends costs the timeout', async () => {
  await using server = await answerWith((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).write('mcp_a 1\n')
  })
  const result = await scrape(target(server.url), { ...SETTINGS, timeoutMs: 200 }, IO)
  expect(result.message).toBe(
    `The scrape of /metrics failed: No verdict from 127.0.0.1:${server.port} within 0.2 s: the answer began but did not end (the scrape).`,
  )
})

test('a guarded address is not asked', async () => {
  await using server = await answerWith((_, response) => void response.end())
  const guard = { refusal: () => 'loopback', lookup }
  const result = await scrape(target(server.url), SETTINGS, { ...IO, guard })
  expect(result.message).toContain('was not probed: 127.0.0.1 is loopback')
  expect(server.seen).toEqual([])
})

test.for([
  { name: 'own origin, asked for', place: '/metrics', sendAuth: true, expected: 'Bearer t' },
  { name: 'own origin, not asked for', place: '/metrics', sendAuth: false, expected: undefined },
  { name: 'another port', place: 'other', sendAuth: true, expected: undefined },
])('credentials: $name', async ({ place, sendAuth, expected }) => {
  await using server = await answerWith((_, response) => void response.end('mcp_a 1\n'))
  await using other = await answerWith((_, response) => void response.end('mcp_a 1\n'))
  const url = place === 'other' ? `:${other.port}/metrics` : place
  const result = await scrape(
    target(server.url),
    { ...SETTINGS, url, sendAuth },
    { ...IO, headers: { authorization: 'Bearer t' } },
  )
  expect(result.ok).toBe(true)
  expect([...server.seen, ...other.seen].map(({ headers }) => headers.authorization)).toEqual([expected])
})
