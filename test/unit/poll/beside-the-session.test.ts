import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { anMcpServer, SEARCH } from '../../support/an-mcp-server.ts'
import { answerWith } from '../../support/answer-with.ts'
import { knownServer, pollOnce, remembered, valuesOf } from '../../support/poll-once.ts'

async function poll(...given: Parameters<typeof pollOnce>) {
  const [polled] = await pollOnce(...given)
  if (!polled) throw new Error('nothing was polled')
  return polled
}

const METRICS = 'mcp_tool_calls_total{tool="search"} 7\nprocess_resident_memory_bytes 1e6\nother_total 1\n'

test('scrape: the allowed series, and `up` by the scrape alone', async () => {
  await using mcp = await anMcpServer({ pages: { '/metrics': { body: METRICS } } })
  const polled = await poll([knownServer(mcp.endpoint, { scrape: {} })])
  expect(valuesOf(polled, 'mcp_tool_calls_total')).toEqual({ [`instance=127.0.0.1:${mcp.port},tool=search`]: 7 })
  expect(valuesOf(polled, 'other_total')).toEqual({})
  expect(valuesOf(polled, 'up')).toEqual({ [`instance=127.0.0.1:${mcp.port}`]: 1 })
  expect(valuesOf(polled, 'scrape_samples_scraped')).toEqual({ [`instance=127.0.0.1:${mcp.port}`]: 3 })
})

test('scrape that fails: the session’s verdict stands, `up` is 0 and a notice says why', async () => {
  await using mcp = await anMcpServer({ pages: { '/metrics': { status: 500, body: '' } } })
  const polled = await poll([knownServer(mcp.endpoint, { scrape: {} })])
  expect(polled.state?.verdict).toMatchObject({ health: 'healthy', reason: 'ok' })
  expect(polled.state?.verdict.notices).toEqual(['The scrape of /metrics failed: HTTP status 500.'])
  expect(Object.values(valuesOf(polled, 'up'))).toEqual([0])
  expect(valuesOf(polled, 'mcp_deployment_status')).toEqual({ '': 1 })
})

test('scrape of a server whose session fails: `up` is still the scrape’s', async () => {
  await using mcp = await anMcpServer({ pages: { '/metrics': { body: METRICS } } })
  const polled = await poll([knownServer(mcp.endpoint.replace('/mcp', '/wrong'), { scrape: {} })])
  expect(polled.state?.verdict.health).not.toBe('healthy')
  expect(Object.values(valuesOf(polled, 'up'))).toEqual([1])
})

test('scrape that hangs: the verdict does not wait for it', async () => {
  await using slow = await answerWith(() => {})
  await using mcp = await anMcpServer()
  const polled = await poll([knownServer(mcp.endpoint, { scrape: { url: `${slow.url}/metrics`, timeout: '300ms' } })])
  expect(polled.state?.verdict).toMatchObject({ health: 'healthy' })
  expect(polled.state!.verdict.timings.totalMs).toBeLessThan(250)
  expect(Object.values(valuesOf(polled, 'up'))).toEqual([0])
})

test('scrape over the limit: what is dropped is counted and said', async () => {
  const body = Array.from({ length: 10 }, (_, index) => `mcp_x{n="${index}"} 1\n`).join('')
  await using mcp = await anMcpServer({ pages: { '/metrics': { body } } })
  const polled = await poll([knownServer(mcp.endpoint, { scrape: { max_series: 4 } })])
  expect(Object.keys(valuesOf(polled, 'mcp_x')).length).toBeLessThanOrEqual(4)
  expect(valuesOf(polled, 'fleetwatch_scrape_samples_dropped')['reason=over_limit']).toBeGreaterThan(0)
  expect(polled.state?.verdict.notices).toEqual([expect.stringContaining('left out')])
})

const CANARY = { tool: 'search', arguments: { q: 'x' }, expect: [{ jsonpath: '$.structuredContent.hits', equals: 1 }] }
const hits = (count: number) => () => ({ content: [], structuredContent: { hits: count } })
const callsOf = (mcp: Awaited<ReturnType<typeof anMcpServer>>) =>
  mcp.seen.filter(({ body }) => body.includes('tools/call'))

test('canary: called, its session deleted, then not before its interval, its series standing', async () => {
  await using mcp = await anMcpServer({ call: hits(1) })
  const known = knownServer(mcp.endpoint, { canaries: [CANARY] })
  const first = await poll([known])
  expect(first.state?.verdict).toMatchObject({ health: 'healthy', session: 'deleted' })
  expect(mcp.sessions.size).toBe(0)
  expect(valuesOf(first, 'mcp_deployment_canary_success')).toEqual({ 'canary=search,tool=search': 1 })
  expect(valuesOf(first, 'mcp_deployment_canary_duration_seconds')['canary=search,tool=search']).toBeGreaterThan(0)
  const second = await poll([remembered(known, first)])
  expect(callsOf(mcp)).toHaveLength(1)
  expect(valuesOf(second, 'mcp_deployment_canary_success')).toEqual({ 'canary=search,tool=search': 1 })
})

test('canary that fails: a warning at the layer tools, until a later call passes', async () => {
  await using mcp = await anMcpServer({ call: hits(0) })
  let known = knownServer(mcp.endpoint, { canaries: [{ ...CANARY, every: '1ms' }] })
  const failed = await poll([known])
  expect(failed.state?.verdict).toMatchObject({ health: 'warning', layer: 'tools', reason: 'canary' })
  expect(failed.state?.verdict.message).toContain('instead of 1')
  expect(valuesOf(failed, 'mcp_deployment_canary_success')).toEqual({ 'canary=search,tool=search': 0 })
  known = remembered(known, failed)
  mcp.behaviour.call = hits(1)
  expect((await poll([known])).state?.verdict).toMatchObject({ health: 'healthy', reason: 'ok' })
})

test('canary that hangs: its own timeout, and the session is deleted all the same', async () => {
  await using mcp = await anMcpServer({ call: () => 'never' })
  const polled = await poll([
    knownServer(mcp.endpoint, { timeout: '200ms', canaries: [{ ...CANARY, timeout: '400ms' }] }),
  ])
  expect(polled.state?.verdict).toMatchObject({ reason: 'canary', session: 'deleted' })
  expect(polled.state?.verdict.message).toContain('no answer within 400 ms')
  expect(mcp.sessions.size).toBe(0)
})

test('canary of a server that is down: the lower layer gives the verdict, the canary stays due', async () => {
  await using mcp = await anMcpServer({ call: hits(0) })
  let known = knownServer(mcp.endpoint, { canaries: [{ ...CANARY, every: '1ms' }] })
  known = remembered(known, await poll([known]))
  known.server.endpoint = mcp.endpoint.replace('/mcp', '/gone')
  const down = await poll([known])
  expect(down.state?.verdict).toMatchObject({ layer: 'http', reason: 'wrong_path' })
  expect(down.state?.verdict.message).not.toContain('canary')
})

test('canary without readOnlyHint: not called, and said', async () => {
  await using mcp = await anMcpServer({ tools: [{ ...SEARCH, annotations: {} }], call: hits(1) })
  const polled = await poll([knownServer(mcp.endpoint, { canaries: [CANARY] })])
  expect(callsOf(mcp)).toEqual([])
  expect(polled.state?.verdict).toMatchObject({ health: 'healthy' })
  expect(polled.state?.verdict.notices).toEqual([expect.stringContaining('does not announce readOnlyHint')])
  expect(valuesOf(polled, 'mcp_deployment_canary_success')).toEqual({})
})

test.for([
  { name: 'agrees', body: '{"status":"ok","checks":{"db":"ok"}}', disagrees: 0 },
  { name: 'says otherwise', body: '{"status":"down","checks":{"db":"down"}}', disagrees: 1 },
])('health URL that $name', async ({ body, disagrees }) => {
  await using mcp = await anMcpServer({ pages: { '/ready': { body } } })
  const polled = await poll([knownServer(mcp.endpoint, { health_urls: ['/ready'] })])
  expect(polled.state?.verdict.health).toBe('healthy')
  expect(valuesOf(polled, 'mcp_deployment_health_url_disagrees')).toEqual({ 'url=/ready': disagrees })
  expect(valuesOf(polled, 'mcp_deployment_health_url')['check=db,url=/ready']).toBe(1 - disagrees)
  const notice = 'The MCP session is healthy, but /ready says failing (db).'
  expect(polled.state?.verdict.notices).toEqual(disagrees ? [notice] : undefined)
})

test('credential that ends soon: days left, a notice, and its value nowhere', async () => {
  const key = new TextEncoder().encode('a key of this test and of nothing else')
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('2 days').sign(key)
  await using mcp = await anMcpServer({
    authorize: ({ authorization }) => authorization === `Bearer ${token}`,
    call: () => ({ content: [{ type: 'text', text: token }], isError: true }),
    pages: { '/metrics': { body: METRICS } },
  })
  const reference = 'secretsmanager:mcp/token'
  const settings = {
    auth: { type: 'bearer' as const, token: reference },
    canaries: [CANARY],
    scrape: { send_auth: true },
  }
  const polled = await poll([knownServer(mcp.endpoint, settings)], { secrets: { [reference]: token } })
  expect(polled.state?.verdict.notices).toEqual([expect.stringMatching(/The credential "token" expires in 1 day/)])
  expect(valuesOf(polled, 'mcp_deployment_credential_days_left')['credential=token']).toBeCloseTo(2, 2)
  expect(mcp.seen.find(({ path }) => path === '/metrics')?.headers.authorization).toBe(`Bearer ${token}`)
  expect(JSON.stringify(polled)).not.toContain(token)
})
