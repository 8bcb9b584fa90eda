import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { createReference } from '../../../lib/poll/reference.ts'
import { anMcpServer, SEARCH } from '../../support/an-mcp-server.ts'
import { answerWith } from '../../support/answer-with.ts'
import { knownServer, pollOnce, remembered, valuesOf } from '../../support/poll-once.ts'

async function poll(...given: Parameters<typeof pollOnce>) {
  const [polled] = await pollOnce(...given)
  if (!polled) throw new Error('nothing was polled')
  return polled
}

test('a plain server: the verdict, no session left, nothing beside it asked', async () => {
  await using mcp = await anMcpServer()
  const polled = await poll([knownServer(mcp.endpoint)])
  expect(polled.state?.verdict).toMatchObject({ health: 'healthy', reason: 'ok', session: 'deleted' })
  expect(mcp.sessions.size).toBe(0)
  expect(new Set(mcp.seen.map(({ path }) => path))).toEqual(new Set(['/mcp']))
  expect(valuesOf(polled, 'fleetwatch_probe_sessions_leaked')).toEqual({ '': 0 })
})

test('ECS unreadable: judged by the probe alone', async () => {
  await using mcp = await anMcpServer()
  const polled = await poll([knownServer(mcp.endpoint)], { ecs: 'unreadable' })
  expect(polled.state?.verdict.health).toBe('healthy')
})

test('a server that asked for patience is not probed, but keeps its series, its scrape and its health URLs', async () => {
  await using mcp = await anMcpServer({
    pages: { '/metrics': { body: 'mcp_errors_total 3\n' }, '/health': { body: '{"status":"ok"}' } },
  })
  const known = knownServer(mcp.endpoint, { scrape: {}, health_urls: ['/health'] })
  const first = await poll([known])
  const patient = remembered(known, first)
  patient.probe!.memory.notBefore = new Date(Date.now() + 60_000).toISOString()
  mcp.seen.length = 0
  const second = await poll([patient])
  expect(mcp.seen.map(({ path }) => path).sort()).toEqual(['/health', '/metrics'])
  expect(second.state).toBeUndefined()
  for (const name of [
    'mcp_deployment_status',
    'mcp_deployment_tools',
    'mcp_errors_total',
    'mcp_deployment_health_url',
  ]) {
    expect(valuesOf(second, name), name).toEqual(valuesOf(first, name))
  }
})

test('a server that keeps sessions: counted, and after three in a row probed more rarely', async () => {
  await using mcp = await anMcpServer({ onDelete: 405 })
  let known = knownServer(mcp.endpoint)
  for (let count = 1; count <= 3; count++) {
    const polled = await poll([known])
    expect(valuesOf(polled, 'fleetwatch_probe_sessions_leaked')).toEqual({ '': count })
    known = remembered(known, polled)
  }
  expect((await poll([known])).state).toBeUndefined()
  expect(mcp.sessions.size).toBe(3)
})

test('a batch with black holes ends with the probe’s timeout, and the others are judged', async () => {
  await using mcp = await anMcpServer()
  await using hole = await answerWith(() => {})
  const servers = Array.from({ length: 50 }, (_, index) =>
    knownServer(
      index % 5 === 0 ? `${hole.url}/mcp` : mcp.endpoint,
      { timeout: '1s', scrape: false },
      `server-${index}`,
    ),
  )
  const startedAt = performance.now()
  const polled = await pollOnce(servers)
  expect(performance.now() - startedAt).toBeLessThan(3000)
  const reasons = polled.map(({ state }) => state?.verdict.reason)
  expect(reasons.filter((reason) => reason === 'timeout')).toHaveLength(10)
  expect(reasons.filter((reason) => reason === 'ok')).toHaveLength(40)
})

test('what is under way when the poll’s own time is over is blamed on nobody', async () => {
  await using hole = await answerWith(() => {})
  const polled = await poll([knownServer(`${hole.url}/mcp`, { timeout: '9s' })], { patienceMs: 200 })
  expect(polled.state?.verdict).toMatchObject({ health: 'unknown', reason: 'prober_error' })
})

test('an endpoint that may not be probed is refused, whatever else is configured', async () => {
  await using mcp = await anMcpServer({ pages: { '/metrics': { body: 'mcp_errors_total 3\n' } } })
  const known = knownServer(mcp.endpoint, { allow_addresses: [], scrape: {}, health_urls: ['/health'] })
  const polled = await poll([known])
  expect(mcp.seen).toEqual([])
  expect(polled.state?.verdict).toMatchObject({ health: 'critical', reason: 'blocked_address' })
})

const refused = async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/mcp`
}

test('no server and no reference can be reached: fleetwatch is offline, and says nothing of the servers', async () => {
  const servers = [knownServer(await refused(), { scrape: {} }, 'a'), knownServer(await refused(), {}, 'b')]
  const [first] = await pollOnce(servers)
  expect(first?.state?.verdict).toMatchObject({ health: 'warning', reason: 'refused' })
  const before = servers.map((known) => remembered(known, first!))
  const reference = await answerWith(() => {})
  const lost = createReference(reference.url)
  await lost.prove()
  await reference[Symbol.asyncDispose]()

  for (const polled of await pollOnce(before, { reference: lost })) {
    expect(polled.state?.verdict).toMatchObject({ health: 'unknown', reason: 'monitor-offline' })
    expect(polled.state?.verdict.layer).toBeUndefined()
    expect(polled.state?.memory).toEqual(first?.state?.memory)
    expect(valuesOf(polled, 'fleetwatch_monitor_offline')).toEqual({ '': 1 })
    expect(valuesOf(polled, 'up')).toEqual({})
    expect(polled.recheckAfterMs).toBeUndefined()
  }
})

test('a server that answers proves the network: the others are down', async () => {
  await using mcp = await anMcpServer()
  const reference = { prove: async () => {}, isLost: async () => true }
  const [, down] = await pollOnce([knownServer(mcp.endpoint), knownServer(await refused(), {}, 'b')], { reference })
  expect(down?.state?.verdict.reason).toBe('refused')
  expect(valuesOf(down!, 'fleetwatch_monitor_offline')).toEqual({})
})

test('a reference that was never reached proves nothing', async () => {
  const nowhere = createReference((await refused()).replace('/mcp', ''))
  await nowhere.prove()
  const polled = await poll([knownServer(await refused())], { reference: nowhere })
  expect(polled.state?.verdict.reason).toBe('refused')
})

test('the series of a poll: one observation, no series twice', async () => {
  await using mcp = await anMcpServer({
    call: () => ({ content: [] }),
    pages: { '/metrics': { body: 'mcp_errors_total 3\nup 0\nmcp_deployment_status 0\n' }, '/health': { body: 'ok' } },
  })
  const settings = { scrape: { allow: ['*'] }, canaries: [{ tool: SEARCH.name }], health_urls: ['/health'] }
  const polled = await poll([knownServer(mcp.endpoint, settings)])
  const keys = polled.observation.samples.map(({ labels }) => JSON.stringify(Object.entries(labels).sort()))
  expect(new Set(keys).size).toBe(keys.length)
  expect(
    polled.observation.samples.every(({ labels }) => labels.deployment === 'search' && labels.team === 'data'),
  ).toBe(true)
})
