import { expect, test } from 'vitest'
import type { KnownServer } from '../../../lib/model/server-state.ts'
import { type Eyes, observeServers } from '../../../lib/poll/observe-servers.ts'
import { createAuthenticate } from '../../../lib/probe/auth/authenticate.ts'
import { createGuard } from '../../../lib/probe/guard.ts'
import { resolveProbeSettings } from '../../../lib/probe/settings.ts'
import { startHostileServer } from '../../support/hostile-server.ts'

const NOW = '2026-11-21T12:00:00.000Z'
const server = (deployment: string, endpoint: string): KnownServer => ({
  server: {
    deployment,
    cluster: 'mcp',
    service: deployment,
    endpoint,
    endpointSource: 'config',
    labels: {},
    probe: resolveProbeSettings({ timeout: 2000, allow_addresses: ['127.0.0.0/8'] }),
    discoveredAt: NOW,
  },
  tasks: { restarts: 0, stops: {} },
})

const eyes = (ecsAnswers: boolean): Eyes => ({
  async readServiceFacts() {
    if (!ecsAnswers) throw new Error('connect ETIMEDOUT')
    return new Map()
  },
  authenticate: createAuthenticate({
    readSecret: async () => '',
    guard: createGuard([]),
    userAgent: 'test',
    now: () => new Date(),
  }),
  onUnreadableCluster() {},
  readDrift: async () => ({ state: {}, version: 0 }),
  saveDrift: async () => true,
})

const DEAD = ['a', 'b', 'c'].map((name, index) => server(name, `http://127.0.0.1:${index + 1}/mcp`))
const reasons = async (servers: KnownServer[], ecsAnswers: boolean) =>
  (await observeServers(servers, eyes(ecsAnswers))).map(
    ({ state }) => `${state?.verdict.health} ${state?.verdict.reason}`,
  )

test('all servers and AWS out of reach: the monitor is offline, and nothing is counted against the servers', async () => {
  expect(await reasons(DEAD, false)).toEqual(Array(3).fill('unknown monitor-offline'))
  const [one] = await observeServers(DEAD, eyes(false))
  expect(one?.state?.memory).toEqual({})
  expect(one?.recheckAfterMs).toBeUndefined()
  expect(one?.observation.samples.some(({ labels }) => labels.__name__ === 'up')).toBe(false)
})

test('all servers out of reach, but AWS answers: the servers are down', async () => {
  expect(await reasons(DEAD, true)).toEqual(Array(3).fill('warning refused'))
})

test('one server that answers proves the network', async () => {
  const well = await startHostileServer()
  const seen = await reasons([...DEAD, server('well', `${well.origin}/good-modern`)], false)
  await well.close()
  expect(seen).toEqual([...Array(3).fill('warning refused'), 'healthy ok'])
})
