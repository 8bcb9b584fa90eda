import { lookup } from 'node:dns'
import { expect, test } from 'vitest'
import type { HealthUrlSettings } from '../../../../lib/model/probe-settings.ts'
import type { Health } from '../../../../lib/model/verdict.ts'
import { readHealth } from '../../../../lib/probe/health-url/read-health.ts'
import { askHealthUrls, compareWithVerdict } from '../../../../lib/probe/health-url/watch-health-urls.ts'
import { answerWith } from '../../../support/answer-with.ts'

test.for<{ name: string; status?: number; body: unknown; value: number; checks?: Record<string, number> }>([
  { name: 'empty', body: '', value: 1 },
  { name: 'empty 503', status: 503, body: '', value: 0 },
  { name: 'a redirect is no health', status: 302, body: '', value: 0 },
  { name: 'plain OK', body: 'OK', value: 1 },
  { name: 'HTML', body: '<html>ok</html>', value: 1 },
  { name: 'status only', body: { status: 'ok' }, value: 1 },
  { name: 'a status that contradicts 200', body: { status: 'DOWN' }, value: 0 },
  { name: 'a status that contradicts 503', status: 503, body: { status: 'UP' }, value: 0 },
  { name: 'a boolean', body: { healthy: false }, value: 0 },
  { name: 'an unknown word', body: { status: 'purple' }, value: 1 },
  {
    name: 'Spring Boot',
    status: 503,
    body: {
      status: 'DOWN',
      components: { db: { status: 'DOWN', details: { database: 'x' } }, diskSpace: { status: 'UP' } },
    },
    value: 0,
    checks: { db: 0, diskSpace: 1 },
  },
  {
    name: 'MicroProfile',
    body: { status: 'UP', checks: [{ name: 'database', status: 'UP' }, { name: 'queue', status: 'DOWN' }, 'x'] },
    value: 1,
    checks: { database: 1, queue: 0 },
  },
  {
    name: 'ASP.NET',
    body: {
      status: 'Degraded',
      totalDuration: '00:00:01',
      entries: { redis: { status: 'Degraded', tags: [] }, sql: { status: 'Healthy' } },
    },
    value: 0.5,
    checks: { redis: 0.5, sql: 1 },
  },
  {
    name: 'Terminus',
    status: 503,
    body: {
      status: 'error',
      info: { a: { status: 'up' } },
      error: { b: { status: 'down' } },
      details: { a: { status: 'up' }, b: { status: 'down' } },
    },
    value: 0,
    checks: { a: 1, b: 0 },
  },
  {
    name: 'health+json, the worst of several measurements',
    body: {
      status: 'warn',
      checks: { 'cpu:utilization': [{ status: 'pass' }, { status: 'warn' }], uptime: [{ observedValue: 1 }] },
    },
    value: 0.5,
    checks: { 'cpu:utilization': 0.5 },
  },
  {
    name: 'plain names',
    body: { status: 'ok', version: '1.2.3', database: 'connected', cache: { ok: false }, uptime: 77 },
    value: 1,
    checks: { database: 1, cache: 0 },
  },
  {
    name: 'Kubernetes',
    status: 500,
    body: '[+]ping ok\n[-]etcd failed: reason withheld\nhealthz check failed\n',
    value: 0,
    checks: { ping: 1, etcd: 0 },
  },
  {
    name: 'a part called __proto__',
    body: '{"checks":{"__proto__":{"status":"up"},"toString":"constructor"}}',
    value: 1,
    checks: { ['__proto__']: 1 },
  },
  { name: 'nested without end', body: `${'{"status":'.repeat(20_000)}"up"${'}'.repeat(20_000)}`, value: 1 },
  { name: 'nested once', body: { status: { status: 'down' } }, value: 0 },
  { name: 'null and lists', body: [null, 1], value: 1 },
])('read: $name', ({ status = 200, body, value, checks = {} }) => {
  const reading = readHealth(status, typeof body === 'string' ? body : JSON.stringify(body))
  expect(reading).toEqual({
    value,
    leftOut: 0,
    checks: Object.entries(checks).map(([check, one]) => ({ check, value: one })),
  })
})

test('no more than fifty sub-checks', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, 'ok']))
  expect(readHealth(200, JSON.stringify({ checks: many(50) })).leftOut).toBe(0)
  const reading = readHealth(200, JSON.stringify({ checks: many(51) }))
  expect([reading.checks.length, reading.leftOut]).toEqual([50, 1])
})

const sick = {
  value: 0,
  checks: [
    { check: 'db', value: 0 },
    { check: 'ui', value: 1 },
  ],
  leftOut: 0,
} as const
const well = { value: 1, checks: [], leftOut: 0 } as const
test.for<{
  name: string
  mcp: Health
  reading?: typeof sick | typeof well
  fault?: string
  disagrees: number | undefined
  notices: string[]
}>([
  { name: 'both well', mcp: 'healthy', reading: well, disagrees: 0, notices: [] },
  { name: 'both sick', mcp: 'critical', reading: sick, disagrees: 0, notices: [] },
  {
    name: 'green over a dead session',
    mcp: 'critical',
    reading: well,
    disagrees: 1,
    notices: ['/health says that all is well, but the MCP session fails.'],
  },
  {
    name: 'red over a good session',
    mcp: 'healthy',
    reading: sick,
    disagrees: 1,
    notices: ['The MCP session is healthy, but /health says failing (db).'],
  },
  {
    name: 'no answer',
    mcp: 'healthy',
    fault: 'a:1 refuses connections.',
    disagrees: 1,
    notices: ['The MCP session is healthy, but /health is not: a:1 refuses connections.'],
  },
  { name: 'a warning agrees with both', mcp: 'warning', reading: sick, disagrees: 0, notices: [] },
  { name: 'nothing known, nothing said', mcp: 'unknown', reading: sick, disagrees: undefined, notices: [] },
])('disagreement: $name', ({ mcp, reading, fault, disagrees, notices }) => {
  const answer = {
    name: '/health',
    ...(reading && { reading: { ...reading, checks: [...reading.checks] } }),
    ...(fault && { fault }),
  }
  const compared = compareWithVerdict([answer], mcp, { deployment: 'search' })
  expect(compared.notices).toEqual(notices)
  const said = compared.samples.find(({ labels }) => labels.__name__ === 'mcp_deployment_health_url_disagrees')
  expect(said?.value).toBe(disagrees)
  expect(compared.samples[0]).toEqual({
    labels: { deployment: 'search', url: '/health', check: 'all', __name__: 'mcp_deployment_health_url' },
    value: reading?.value ?? 0,
  })
})

const settings = (given: Partial<HealthUrlSettings>): HealthUrlSettings => ({
  name: '/health',
  url: '/health',
  timeoutMs: 2000,
  ignore: [],
  sendAuth: false,
  ...given,
})
const IO = {
  guard: { refusal: () => undefined, lookup },
  userAgent: 'fleetwatch-probe/test',
  headers: { authorization: 'Bearer t' },
}

test('asks the declared URLs; ignored parts do not decide; a silent one costs its timeout', async () => {
  await using server = await answerWith(({ path }, response) => {
    if (path === '/slow') return
    response
      .writeHead(path === '/ready' ? 503 : 200)
      .end('{"status":"error","checks":{"sessions":"not_ready","db":"ok"}}')
  })
  const urls = [
    settings({ sendAuth: true }),
    settings({ name: 'ready', url: `:${server.port}/ready`, ignore: ['sess*'] }),
    settings({ name: 'slow', url: `${server.url}/slow`, timeoutMs: 100 }),
  ]
  const answers = await askHealthUrls({ endpoint: `${server.url}/mcp` }, urls, IO)
  expect(answers).toEqual([
    {
      name: '/health',
      reading: {
        value: 0,
        leftOut: 0,
        checks: [
          { check: 'sessions', value: 0 },
          { check: 'db', value: 1 },
        ],
      },
    },
    { name: 'ready', reading: { value: 1, leftOut: 0, checks: [{ check: 'db', value: 1 }] } },
    { name: 'slow', fault: expect.stringContaining('within 0.1 s') },
  ])
  const sent = server.seen.map(({ path, headers }) => [path, headers.authorization]).sort()
  expect(sent).toEqual([
    ['/health', 'Bearer t'],
    ['/ready', undefined],
    ['/slow', undefined],
  ])
})
