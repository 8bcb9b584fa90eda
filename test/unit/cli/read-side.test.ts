import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { saveChanges } from '../../../lib/aws/alerts-table.ts'
import { readCostSeries, readMonths, saveCostLook, saveCostSeries, saveMonths } from '../../../lib/aws/costs-table.ts'
import { saveProbeState, saveRegistry } from '../../../lib/aws/servers-table.ts'
import { addDays, dayOf, firstOfMonth } from '../../../lib/costs/calendar.ts'
import { recordBilled } from '../../../lib/costs/record-costs.ts'
import type { EmbeddedAws } from '../../../lib/local/embedded-aws.ts'
import type { Verdict } from '../../../lib/model/verdict.ts'
import { aServer } from '../../support/a-server.ts'
import { aVerdict } from '../../support/a-verdict.ts'
import { anAlert } from '../../support/an-alert.ts'
import { startEmbeddedTables } from '../../support/embedded-tables.ts'
import { runFleetwatch } from '../../support/run-fleetwatch.ts'

// Each test starts processes, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

// One embedded AWS for the file: its tests run one after the other and build on each other's tables.
let aws: EmbeddedAws
beforeAll(async () => {
  aws = await startEmbeddedTables('read-side')
}, 40_000)
afterAll(() => aws.stop())

const fleetwatch = (...args: string[]) => runFleetwatch(args, aws.env)
const now = () => new Date().toISOString()

async function verdict(deployment: string, given: Partial<Verdict>): Promise<void> {
  await saveProbeState(deployment, { verdict: aVerdict({ at: now(), ...given }), memory: {} })
}

test('before anything is known', async () => {
  const status = await fleetwatch('status')
  expect(status).toMatchObject({ code: 3, stdout: expect.stringContaining('No MCP server is known'), stderr: '' })
  expect(await fleetwatch('alerts')).toMatchObject({ code: 0, stdout: 'No alert is firing or pending.\n' })
  expect(await fleetwatch('costs')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('not been looked at yet'),
  })
  expect(await fleetwatch('report')).toMatchObject({ code: 0, stdout: expect.stringContaining('not looked at yet') })
})

test('status: exit code 0, 3 and 1 with the fleet, and of one server', async () => {
  const servers = ['files', 'search'].map((deployment) => aServer({ deployment, discoveredAt: now() }))
  await saveRegistry({ put: servers, remove: [] })
  await verdict('files', {})
  await verdict('search', {})
  expect(await fleetwatch('status')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^HEALTHY {2}2 of 2/) })

  await verdict('search', { health: 'warning', reason: 'slow', message: 'answers slowly' })
  expect(await fleetwatch('status')).toMatchObject({ code: 3, stdout: expect.stringContaining('answers slowly') })
  expect((await fleetwatch('status', 'files')).code).toBe(0)

  await verdict('search', { health: 'critical', reason: 'refused', layer: 'network', message: 'connection refused' })
  const { code, stdout } = await fleetwatch('status', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    overall: 'unhealthy',
    servers: [{ deployment: 'search', health: 'critical', layer: 'network' }, { deployment: 'files' }],
  })
})

test('status of a server nobody has: exit code 2 and the likely name', async () => {
  expect(await fleetwatch('status', 'serach')).toMatchObject({
    code: 2,
    stderr: 'fleetwatch: no server is called "serach"; did you mean "search"?\n',
  })
})

test('colours only where they are wanted', async () => {
  const colour = '\u001b['
  expect((await fleetwatch('status')).stdout).not.toContain(colour)
  const coloured = await runFleetwatch(['status'], { ...aws.env, FORCE_COLOR: '1' })
  expect(coloured.stdout).toContain(colour)
})

test('alerts: a firing warning is 3, a firing critical one 1, a resolved one 0', async () => {
  const warning = anAlert({ labels: { alertname: 'Slow', severity: 'warning' } })
  await saveChanges([{ change: { alert: warning }, notifications: [] }])
  expect((await fleetwatch('alerts')).code).toBe(3)
  const critical = anAlert({ fingerprint: 'c' })
  await saveChanges([{ change: { alert: critical }, notifications: [] }])
  const { code, stdout } = await fleetwatch('alerts', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stdout).alerts.map((alert: { rule: string }) => alert.rule)).toHaveLength(2)

  const ended = [warning, critical].map((previous) => ({
    change: { alert: { ...previous, state: 'resolved' as const, resolvedAt: now(), version: 4 }, previous },
    notifications: [],
  }))
  await saveChanges(ended)
  expect(await fleetwatch('alerts')).toMatchObject({ code: 0, stdout: 'No alert is firing or pending.\n' })
  expect((await fleetwatch('alerts', '--state', 'resolved')).stdout).toContain('McpServerDown')
})

test('costs: what is stored is what is shown; an exceeded budget is exit code 1', async () => {
  const today = dayOf(new Date())
  const window = { from: firstOfMonth(today), to: addDays(today, 1) }
  const costs = [{ day: today, server: 'files', service: 'Amazon Elastic Container Service', usd: 12.5 }]
  const months = recordBilled([], costs, window)
  await saveMonths(months)
  await saveMonths(months)
  expect(await readMonths([today.slice(0, 7)])).toEqual(months)
  const look = {
    at: now(),
    fetchedAt: now(),
    requests: 1,
    fleet: 'test',
    tag: 'fleetwatch:server',
    pricing: { region: 'us-east-1' },
  }
  await saveCostLook({ ...look, budgets: [{ name: 'fleet', amount: 10, period: 'monthly' }] })
  const { code, stdout } = await fleetwatch('costs')
  expect(code).toBe(1)
  expect(stdout).toMatch(/files +\$12\.50/)
  expect(stdout).toMatch(/fleet +the fleet +\$10\.00 +\$12\.50 +125 %/)
  expect((await fleetwatch('report')).stdout).toContain('budget fleet exceeded')
})

test('the cost series come back as they were left, those of the largest fleet too', async () => {
  expect(await readCostSeries()).toBeUndefined()
  const used = { labels: { __name__: 'fleetwatch_budget_used_ratio', budget: 'fleet' }, value: 1.25 }
  const small = { at: '2026-11-21T01:20:00.000Z', samples: [used] }
  await saveCostSeries(small)
  expect(await readCostSeries()).toEqual(small)

  const samples = Array.from({ length: 30_000 }, (_, index) => ({
    labels: { __name__: 'mcp_deployment_cost_usd_per_day', deployment: `server-${index}`, team: `team-${index % 97}` },
    value: Math.sin(index) * 1000,
  }))
  const large = { at: '2026-11-21T07:20:00.000Z', samples }
  await saveCostSeries(large)
  expect(await readCostSeries()).toEqual(large)

  await saveCostSeries({ at: '2026-11-21T13:20:00.000Z', samples: [] })
  expect(await readCostSeries()).toEqual({ at: '2026-11-21T13:20:00.000Z', samples: [] })
})

test('discover: the registry; --explain looks at ECS with the local configuration', async () => {
  expect(await fleetwatch('discover')).toMatchObject({ code: 0, stdout: expect.stringContaining('search.example.com') })
  expect(await fleetwatch('discover', '--explain')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('ECS shows no services'),
  })
  expect(await fleetwatch('discover', '--explain', '--config', 'none.yaml')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('none.yaml:1:1:'),
  })
})

test('a fleet of 300 servers is saved and read whole', async () => {
  const today = dayOf(new Date())
  const costs = Array.from({ length: 300 }, (_, index) => ({ day: today, server: `s${index}`, service: 'x', usd: 1 }))
  await saveMonths(recordBilled([], costs, { from: firstOfMonth(today), to: addDays(today, 1) }))
  const months = await readMonths([today.slice(0, 7)])
  expect(months.filter(({ server }) => server.startsWith('s') && server !== 'search')).toHaveLength(300)
})
