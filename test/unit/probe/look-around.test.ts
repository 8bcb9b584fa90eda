import { expect, test } from 'vitest'
import type { DriftState } from '../../../lib/model/drift.ts'
import { type ProbeAuth, ProbeSettingsInput } from '../../../lib/model/probe-settings.ts'
import { Surroundings } from '../../../lib/model/surroundings.ts'
import { createAuthenticate } from '../../../lib/probe/auth/authenticate.ts'
import { createGuard } from '../../../lib/probe/guard.ts'
import { AT_ONCE, judge } from '../../../lib/probe/judge.ts'
import { lookAround } from '../../../lib/probe/look-around.ts'
import { probeServer } from '../../../lib/probe/probe-server.ts'
import { resolveProbeSettings } from '../../../lib/probe/settings.ts'
import { aServer } from '../../support/a-server.ts'
import { answerWith } from '../../support/answer-with.ts'
import { smallMcpServer } from '../../support/small-mcp-server.ts'

const START = Date.parse('2026-11-21T10:00:00Z')

/** Polls one server as the poll function does, a minute apart, with its states in memory. */
function watch(endpoint: string, input: unknown = {}, secrets: Record<string, string> = {}, before?: Surroundings) {
  const probe = resolveProbeSettings(
    ProbeSettingsInput.parse({ allow_addresses: ['127.0.0.0/8'], ...(input as object) }),
  )
  const server = aServer({ endpoint, probe, taskDefinition: 'search:1' })
  const clock = { nowMs: START }
  const now = () => new Date(clock.nowMs)
  const store: { state: DriftState; version: number; reads: number; refuse?: true } = {
    state: {},
    version: 0,
    reads: 0,
  }
  const authenticate = createAuthenticate({
    readSecret: async (reference) => secrets[reference] ?? '',
    guard: createGuard(['127.0.0.0/8']),
    userAgent: 'test',
    now,
  })
  const io = {
    authenticate,
    now,
    readDrift: async () => {
      store.reads++
      return { state: store.state, version: store.version }
    },
    saveDrift: async (_: string, state: DriftState, version: number) => {
      if (store.refuse || version !== store.version) return false
      Object.assign(store, { state, version: version + 1 })
      return true
    },
  }
  let surroundings = before
  const poll = async ({ isRollingOut = false } = {}) => {
    const result = await probeServer(server, undefined, authenticate, now())
    const { verdict } = judge(result, undefined, undefined, now(), AT_ONCE)
    const ecs = isRollingOut ? { desired: 1, running: 1, pending: 0, rolloutState: 'IN_PROGRESS' as const } : undefined
    const around = await lookAround({ server, memory: undefined, result, verdict, ecs }, surroundings, io)
    surroundings = Surroundings.parse(JSON.parse(JSON.stringify(around.surroundings)))
    clock.nowMs += 60_000
    const values = around.samples.map(({ labels: { __name__, severity, canary, check, reason }, value }) => [
      [__name__, severity ?? canary ?? check ?? reason].filter(Boolean).join(' '),
      value,
    ])
    const said = `${around.verdict.health} ${around.verdict.reason}`
    return { ...around, said, values: Object.fromEntries(values) as Record<string, number> }
  }
  return { poll, store, clock }
}

test('with nothing configured only drift is watched, and nothing is read in quiet times', async () => {
  await using server = await smallMcpServer()
  const { poll, store } = watch(server.endpoint)
  expect((await poll()).values).toEqual({})
  const zero = {
    'mcp_deployment_drift breaking': 0,
    'mcp_deployment_drift text': 0,
    'mcp_deployment_drift info': 0,
    mcp_deployment_drift_without_rollout: 0,
  }
  expect((await poll()).values).toEqual(zero)
  expect(store.reads).toBe(2)
  const quiet = await poll()
  expect(quiet.values).toEqual(zero)
  expect(quiet.said).toBe('healthy ok')
  expect(store.reads).toBe(2)
})

test('drift of a real server: a reworded tool, then one that is gone, then all as before', async () => {
  await using server = await smallMcpServer({ extraTools: ['other'] })
  const { poll } = watch(server.endpoint)
  await poll()
  await poll()
  server.behaviour.description = 'Says it again, and mails it to me.'
  expect((await poll()).said).toBe('healthy ok')
  const reworded = await poll()
  expect(reworded.said).toBe('warning drift')
  expect(reworded.verdict).toMatchObject({ layer: 'tools' })
  expect(reworded.values['mcp_deployment_drift text']).toBe(1)
  server.behaviour.extraTools = []
  await poll()
  const gone = await poll()
  expect(gone.said).toBe('critical drift')
  expect(gone.verdict.message).toContain('without a rollout: "other" is gone')
  Object.assign(server.behaviour, { description: 'Says it again.', extraTools: ['other'] })
  expect((await poll()).said).toBe('healthy ok')
})

test('a change during a rollout waits, and with a new version it is the new baseline', async () => {
  await using server = await smallMcpServer()
  const { poll } = watch(server.endpoint)
  await poll()
  await poll()
  Object.assign(server.behaviour, { version: '2.0.0', extraTools: ['more'] })
  const said = [
    await poll({ isRollingOut: true }),
    await poll({ isRollingOut: true }),
    await poll(),
    await poll(),
    await poll(),
  ]
  expect(said.map((one) => one.said)).toEqual(Array.from({ length: 5 }, () => 'healthy ok'))
})

test('when somebody else saves first the standing state counts', async () => {
  await using server = await smallMcpServer()
  const { poll, store } = watch(server.endpoint)
  await poll()
  store.refuse = true
  expect((await poll()).surroundings.drift).toBeUndefined()
  delete store.refuse
  expect((await poll()).surroundings.drift).toMatchObject({ isSettled: true })
})

test('canaries run in a session of their own, on their own interval', async () => {
  await using server = await smallMcpServer()
  const canaries = [
    { tool: 'echo', arguments: { text: 'hello' }, expect: [{ jsonpath: '$.content[0].text', equals: 'hello' }] },
    { name: 'wrong', tool: 'echo', arguments: { text: 'hello' }, every: '1m', expect: [{ text_contains: 'bye' }] },
    { tool: 'gone' },
  ]
  const { poll } = watch(server.endpoint, { canaries })
  const first = await poll()
  expect(server.calls).toEqual(['hello', 'hello'])
  expect(first.said).toBe('warning canary')
  expect(first.verdict.message).toBe(
    'The canary "wrong" failed: the answer is not as expected: its text does not contain "bye".',
  )
  expect(first.verdict.notices).toEqual(['The canary "gone" failed: the server lists no tool "gone".'])
  expect(first.values).toMatchObject({
    'mcp_deployment_canary_success echo': 1,
    'mcp_deployment_canary_success wrong': 0,
    'mcp_deployment_canary_success gone': 0,
    'mcp_deployment_canary_timestamp_seconds echo': START / 1000,
  })
  const second = await poll()
  expect(server.calls).toEqual(['hello', 'hello', 'hello'])
  expect(second.values).toMatchObject({
    'mcp_deployment_canary_success echo': 1,
    'mcp_deployment_canary_timestamp_seconds echo': START / 1000,
    'mcp_deployment_canary_timestamp_seconds wrong': START / 1000 + 60,
  })
})

test('a canary that is no longer declared is forgotten', async () => {
  await using server = await smallMcpServer()
  const canaries = [{ tool: 'echo', arguments: { text: 'x' } }]
  const before = (await watch(server.endpoint, { canaries }).poll()).surroundings
  expect(before.canaries).toHaveLength(1)
  const after = await watch(server.endpoint, {}, {}, before).poll()
  expect([after.surroundings.canaries, after.values]).toEqual([[], {}])
})

test.for([
  {
    name: 'an error',
    change: { answer: async () => ({ content: [], isError: true }) },
    reason: 'reports an error (isError)',
  },
  {
    name: 'an exception',
    change: { answer: () => Promise.reject(new Error('token abc')) },
    reason: 'reports an error (isError)',
  },
  { name: 'no answer', change: { answer: () => new Promise<never>(() => {}) }, reason: 'gave no answer within 300 ms' },
  { name: 'no hint', change: { readOnly: false }, reason: 'does not announce readOnlyHint' },
])('a canary of a real server: $name', async ({ change, reason }) => {
  await using server = await smallMcpServer(change)
  const { poll } = watch(server.endpoint, { canaries: [{ tool: 'echo', arguments: { text: 'x' }, timeout: '300ms' }] })
  const { verdict } = await poll()
  expect([verdict.message, ...(verdict.notices ?? [])].join()).toContain(reason)
  expect(JSON.stringify(verdict)).not.toContain('abc')
})

test('arguments that the tool refuses', async () => {
  await using server = await smallMcpServer()
  const { poll } = watch(server.endpoint, { canaries: [{ tool: 'echo', arguments: { text: 7 } }] })
  expect((await poll()).said).toBe('warning canary')
})

test('scrape and health URLs beside the session', async () => {
  await using server = await smallMcpServer({
    health: { status: 503, body: '{"status":"error","checks":{"db":"down"}}' },
  })
  const { poll } = watch(server.endpoint, { scrape: {}, health_urls: ['/health'] })
  const { values, hasUp, verdict } = await poll()
  expect(hasUp).toBe(true)
  expect(values).toMatchObject({
    mcp_requests_total: 7,
    up: 1,
    'mcp_deployment_health_url all': 0,
    'mcp_deployment_health_url db': 0,
    mcp_deployment_health_url_disagrees: 1,
  })
  expect(verdict).toMatchObject({
    health: 'healthy',
    notices: ['The MCP session is healthy, but /health says failing (db).'],
  })
})

test('a dead server: its surroundings say so and call nothing', async () => {
  const server = await smallMcpServer()
  const { poll } = watch(server.endpoint, {
    scrape: {},
    health_urls: ['/health'],
    canaries: [{ tool: 'echo', arguments: { text: 'x' } }],
  })
  await poll()
  const before = server.calls.length
  await server[Symbol.asyncDispose]()
  const { said, values } = await poll()
  expect(said).toBe('critical refused')
  expect(values).toMatchObject({ up: 0, 'mcp_deployment_health_url all': 0, mcp_deployment_health_url_disagrees: 0 })
  expect(values['mcp_deployment_canary_success echo']).toBe(1)
  expect(server.calls).toHaveLength(before)
})

test.for<{ name: string; auth: ProbeAuth; secret: string; authorization: string; said: string }>([
  {
    name: 'right',
    auth: { type: 'bearer', token: 'ssm:/t' },
    secret: 'r1ght-token',
    authorization: 'Bearer r1ght-token',
    said: 'healthy ok',
  },
  {
    name: 'wrong',
    auth: { type: 'bearer', token: 'ssm:/t' },
    secret: 'wr0ng-token',
    authorization: 'Bearer r1ght-token',
    said: 'warning auth',
  },
  { name: 'none', auth: { type: 'none' }, secret: '', authorization: 'Bearer r1ght-token', said: 'warning auth' },
  {
    name: 'challenge as expected',
    auth: { type: 'expect_challenge' },
    secret: '',
    authorization: 'Bearer r1ght-token',
    said: 'healthy challenge_expected',
  },
  {
    name: 'challenge missing',
    auth: { type: 'expect_challenge' },
    secret: '',
    authorization: '',
    said: 'warning challenge_missing',
  },
  {
    name: 'unreadable',
    auth: { type: 'bearer', token: 'ssm:/t' },
    secret: '',
    authorization: 'Bearer r1ght-token',
    said: 'unknown auth_misconfigured',
  },
])('credential $name', async ({ auth, secret, authorization, said }) => {
  await using server = await smallMcpServer({ ...(authorization && { authorization }) })
  const seen = await watch(
    server.endpoint,
    { auth, canaries: [{ tool: 'echo', arguments: { text: 'x' } }] },
    { 'ssm:/t': secret },
  ).poll()
  expect(seen.said).toBe(said)
  expect(server.calls).toHaveLength(seen.verdict.tools === undefined ? 0 : 1)
  // The server echoes what it was sent; nothing of it may stay.
  if (secret) expect(JSON.stringify(seen)).not.toContain(secret)
})

test('what a server echoes of the credential is nowhere: version, tools, metrics, health, stored drift', async () => {
  const secret = 'r1ght-token'
  await using server = await smallMcpServer({
    authorization: `Bearer ${secret}`,
    version: secret,
    description: secret,
    extraTools: [secret],
    metrics: `mcp_x{a="${secret}"} 1\n`,
    health: { status: 503, body: JSON.stringify({ checks: { [secret]: 'down' } }) },
  })
  const input = {
    auth: { type: 'bearer', token: 'ssm:/t' },
    scrape: {},
    health_urls: ['/health'],
    canaries: [{ tool: secret }],
  }
  const { poll, store } = watch(server.endpoint, input, { 'ssm:/t': secret })
  const seen = [await poll(), await poll(), store]
  expect(store.version).toBe(2)
  expect(JSON.stringify(seen)).not.toContain(secret)
})

test('a token never goes to another origin, whatever is declared', async () => {
  await using server = await smallMcpServer({ authorization: 'Bearer r1ght-token' })
  await using other = await answerWith((_, response) => void response.end('mcp_a 1\n'))
  const input = {
    auth: { type: 'bearer', token: 'ssm:/t' },
    scrape: { url: `${other.url}/metrics`, send_auth: true },
    health_urls: [{ url: `:${other.port}/health`, send_auth: true }],
  }
  await watch(server.endpoint, input, { 'ssm:/t': 'r1ght-token' }).poll()
  expect(other.seen).toHaveLength(2)
  expect(JSON.stringify(other.seen)).not.toContain('r1ght-token')
})
