import { expect, test } from 'vitest'
import type { KnownServer } from '../../../lib/model/server-state.ts'
import { acceptDrift } from '../../../lib/probe/drift/track-drift.ts'
import { anMcpServer, SEARCH } from '../../support/an-mcp-server.ts'
import { driftStore, knownServer, pollOnce, RUNNING, remembered, valuesOf } from '../../support/poll-once.ts'

type World = Parameters<typeof pollOnce>[1]

/** Polls so often, each time with what the last poll left behind; gives the last. */
async function pollTimes(times: number, known: KnownServer, world: World = {}) {
  const drift = world.drift ?? driftStore()
  let state = known
  for (let left = times; ; left--) {
    const [polled] = await pollOnce([state], { ...world, drift })
    if (!polled) throw new Error('nothing was polled')
    state = remembered(state, polled)
    if (left <= 1) return { polled, known: state, drift }
  }
}

const NARROWED = { ...SEARCH, inputSchema: { ...SEARCH.inputSchema, required: ['q'] } }
const ZERO = { 'severity=breaking': 0, 'severity=text': 0, 'severity=info': 0 }

test('the first tools become the baseline after two probes', async () => {
  await using mcp = await anMcpServer()
  const first = await pollTimes(1, knownServer(mcp.endpoint))
  expect(valuesOf(first.polled, 'mcp_deployment_drift')).toEqual({})
  const { drift } = first
  const second = await pollTimes(1, first.known, { drift })
  expect(valuesOf(second.polled, 'mcp_deployment_drift')).toEqual(ZERO)
  expect((await drift.readDrift('search')).version).toBe(2)
  await pollTimes(1, second.known, { drift })
  expect((await drift.readDrift('search')).version).toBe(2)
})

test('a breaking change without a rollout: critical after two probes, until it is accepted', async () => {
  await using mcp = await anMcpServer()
  const { known, drift } = await pollTimes(2, knownServer(mcp.endpoint))
  mcp.behaviour.tools = [NARROWED]
  const once = await pollTimes(1, known, { drift })
  expect(once.polled.state?.verdict.health).toBe('healthy')
  const twice = await pollTimes(1, once.known, { drift })
  expect(twice.polled.state?.verdict).toMatchObject({ health: 'critical', layer: 'tools', reason: 'drift' })
  expect(twice.polled.state?.verdict.message).toContain('without a rollout')
  expect(valuesOf(twice.polled, 'mcp_deployment_drift')).toEqual({ ...ZERO, 'severity=breaking': 1 })
  expect(valuesOf(twice.polled, 'mcp_deployment_drift_without_rollout')).toEqual({ '': 1 })
  const { state, version } = await drift.readDrift('search')
  await drift.saveDrift('search', acceptDrift(state, new Date())!, version)
  const after = await pollTimes(1, twice.known, { drift })
  expect(after.polled.state?.verdict.health).toBe('healthy')
  expect(valuesOf(after.polled, 'mcp_deployment_drift')).toEqual(ZERO)
})

test('the same change with a task definition that the registry does not know yet: a warning', async () => {
  await using mcp = await anMcpServer()
  const { known, drift } = await pollTimes(2, knownServer(mcp.endpoint))
  mcp.behaviour.tools = [NARROWED]
  const taskDefinition = `${RUNNING.taskDefinition?.replace(':1', ':2')}`
  const { polled } = await pollTimes(2, known, { ecs: { taskDefinition }, drift })
  expect(polled.state?.verdict).toMatchObject({ health: 'warning', reason: 'drift' })
  expect(polled.state?.verdict.message).toContain('with the last rollout')
  expect(valuesOf(polled, 'mcp_deployment_drift_without_rollout')).toEqual({ '': 0 })
})

test('a change during a rollout is held', async () => {
  await using mcp = await anMcpServer()
  const { known, drift } = await pollTimes(2, knownServer(mcp.endpoint))
  mcp.behaviour.tools = [NARROWED]
  const { polled } = await pollTimes(3, known, { ecs: { rolloutState: 'IN_PROGRESS' }, drift })
  expect(polled.state?.verdict.reason).not.toBe('drift')
  expect(valuesOf(polled, 'mcp_deployment_drift')).toEqual(ZERO)
})

test('a server that is down keeps the drift it had, and its verdict names the lower layer', async () => {
  await using mcp = await anMcpServer()
  const calm = await pollTimes(2, knownServer(mcp.endpoint))
  mcp.behaviour.tools = [NARROWED]
  const { known, drift } = await pollTimes(2, calm.known, { drift: calm.drift })
  known.server.endpoint = mcp.endpoint.replace('/mcp', '/gone')
  const { polled } = await pollTimes(2, known, { drift })
  expect(polled.state?.verdict).toMatchObject({ health: 'critical', layer: 'http', reason: 'wrong_path' })
  expect(valuesOf(polled, 'mcp_deployment_drift')).toEqual({ ...ZERO, 'severity=breaking': 1 })
})

test('drift switched off: nothing is kept', async () => {
  await using mcp = await anMcpServer()
  const { polled, drift } = await pollTimes(2, knownServer(mcp.endpoint, { drift: { enabled: false } }))
  expect((await drift.readDrift('search')).version).toBe(0)
  expect(valuesOf(polled, 'mcp_deployment_drift')).toEqual({})
})
