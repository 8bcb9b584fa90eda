import { afterAll, beforeAll, expect, test } from 'vitest'
import { readParts } from '../../lib/aws/samples-table.ts'
import { listServers, listVerdicts } from '../../lib/aws/servers-table.ts'
import { waitFor } from '../../lib/local/wait-for.ts'
import { decodeBlock } from '../../lib/metrics/block-codec.ts'
import { minuteOf, type Sample } from '../../lib/model/sample.ts'
import { anMcpServer, SEARCH } from '../support/an-mcp-server.ts'
import { runFleetwatch } from '../support/run-fleetwatch.ts'
import { invoke, queueUrl, scheduled, send, stack } from '../support/stack.ts'

let mcp: Awaited<ReturnType<typeof anMcpServer>>
beforeAll(async () => {
  const hits = { content: [], structuredContent: { hits: 1 } }
  const pages = {
    '/metrics': { body: 'mcp_tool_calls_total{tool="search"} 7\nother_total 1\n' },
    '/ready': { body: '{"status":"down","checks":{"db":"down"}}' },
  }
  mcp = await anMcpServer({ call: () => hits, pages }, stack.servers.around)
  await invoke('discover', scheduled('discover'))
  expect((await listServers()).map(({ deployment }) => deployment)).toContain('around')
})
afterAll(() => mcp[Symbol.asyncDispose]())

/** One look at the server now: its verdict and the series of this look. */
async function pollAround() {
  const from = Date.now()
  const minute = minuteOf(from)
  const batch = `around-${from}`
  await send(await queueUrl('polls'), { reason: 'event', minute, batch, deployments: ['around'] })
  const samples: Sample[] = []
  await waitFor('the block of this look', 20_000, async () => {
    const at = new Date(`${minute}:00Z`)
    const parts = (await readParts(at, at)).filter(({ id }) => id.includes(`#${batch}#`))
    samples.push(...decodeBlock(parts).flatMap((observation) => observation.samples))
    return parts.length > 0
  })
  await waitFor('its verdict', 10_000, async () => {
    const at = (await listVerdicts()).get('around')?.at ?? ''
    return Date.parse(at) >= from
  })
  const value = (name: string, label = 'deployment', wanted = 'around') =>
    samples.find(({ labels }) => labels.__name__ === name && labels[label] === wanted)?.value
  return { verdict: (await listVerdicts()).get('around'), value }
}

test('scrape, canary and health URL of a deployed poll: their series and what is said of them', async () => {
  const { verdict, value } = await pollAround()
  expect(verdict).toMatchObject({ health: 'healthy', session: 'deleted' })
  expect(verdict?.notices).toEqual(['The MCP session is healthy, but /ready says failing (db).'])
  expect(value('mcp_tool_calls_total')).toBe(7)
  expect(value('other_total')).toBeUndefined()
  expect(value('up')).toBe(1)
  expect(value('mcp_deployment_canary_success', 'canary', 'search')).toBe(1)
  expect(value('mcp_deployment_health_url', 'check', 'db')).toBe(0)
  expect(value('mcp_deployment_health_url_disagrees')).toBe(1)
  expect(value('fleetwatch_monitor_offline')).toBeUndefined()
  expect(mcp.sessions.size).toBe(0)
})

test('tools that change without a rollout: critical, shown by fleetwatch drift, healthy again once accepted', async () => {
  const fleetwatch = (...args: string[]) => runFleetwatch(args, stack.env)
  await waitFor(
    'a baseline',
    30_000,
    async () => (await pollAround()).value('mcp_deployment_drift', 'severity', 'text') === 0,
  )
  mcp.behaviour.tools = [{ ...SEARCH, inputSchema: { ...SEARCH.inputSchema, required: ['q'] } }]
  await waitFor('the drift', 30_000, async () => (await pollAround()).verdict?.reason === 'drift')
  expect((await pollAround()).value('mcp_deployment_drift', 'severity', 'breaking')).toBe(1)
  expect(await fleetwatch('drift', 'around')).toMatchObject({ stdout: expect.stringContaining('breaking') })
  expect((await fleetwatch('drift', 'accept', 'around')).code).toBe(0)
  expect((await pollAround()).verdict).toMatchObject({ health: 'healthy' })
})
