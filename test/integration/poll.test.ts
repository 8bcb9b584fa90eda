import { createServer, type RequestListener, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readParts } from '../../lib/aws/samples-table.ts'
import { listServers, listVerdicts, saveRegistry } from '../../lib/aws/servers-table.ts'
import { waitFor } from '../../lib/local/wait-for.ts'
import { minuteOf } from '../../lib/model/sample.ts'
import { invoke, pollAll, queueUrl, send, stack } from '../support/stack.ts'

const servers: Server[] = []
const listen = async (port: number, listener: RequestListener) => {
  const server = createServer(listener).listen(port, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
}

beforeAll(async () => {
  const { hanging, challenging, html } = stack.servers
  await listen(hanging, () => {})
  await listen(challenging, (_request, response) => {
    response
      .writeHead(401, {
        'www-authenticate': 'Bearer resource_metadata="https://example.com/.well-known/oauth-protected-resource"',
      })
      .end()
  })
  await listen(html, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to nginx!</h1>')
  })
  await pollAll()
  // The fleet was deployed seconds ago, which excuses much. These tasks have run for long.
  const servers = await listServers()
  await saveRegistry({
    put: servers.map((server) => ({ ...server, oldestTaskStartedAt: '2026-01-01T00:00:00.000Z' })),
    remove: [],
  })
  await pollServers(['hanging', 'refusing', 'challenging', 'html'])
})
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

/** One look at these servers now. */
async function pollServers(deployments: string[]): Promise<void> {
  const from = new Date().toISOString()
  await send(await queueUrl('polls'), {
    reason: 'event',
    minute: minuteOf(Date.now()),
    batch: `test-${from}`,
    deployments,
  })
  await waitFor('a fresh verdict on each', 20_000, async () => {
    const verdicts = await listVerdicts()
    return deployments.every((name) => (verdicts.get(name)?.at ?? '') > from)
  })
}

test.for([
  { server: 'hanging', layer: 'http', reason: 'timeout' },
  { server: 'refusing', layer: 'network', reason: 'refused' },
  { server: 'challenging', layer: 'auth', reason: 'auth' },
  { server: 'html', layer: 'protocol', reason: 'not_json' },
] as const)('$server: the verdict names the layer $layer', async ({ server, layer, reason }) => {
  const verdict = (await listVerdicts()).get(server)
  expect(verdict).toMatchObject({ layer })
  expect(verdict?.reason).toContain(reason)
  expect(verdict?.message).toMatch(/\w+ \w+/)
})

test('the same poll message delivered twice writes one block', async () => {
  const queue = await queueUrl('polls')
  const minute = minuteOf(Date.now())
  const request = { reason: 'schedule', minute, batch: 'twice', deployments: ['html'] }
  const parts = async () =>
    (await readParts(new Date(`${minute}:00Z`), new Date(`${minute}:00Z`))).filter(({ id }) => id.includes('#twice#'))
  await send(queue, request)
  await expect.poll(parts, { timeout: 20_000 }).toHaveLength(1)
  const [first] = await parts()
  await send(queue, request)
  await new Promise((resolve) => setTimeout(resolve, 3000))
  expect(await parts()).toEqual([first])
})

test('a server that is not in the registry is ignored, the others of the batch are polled', async () => {
  const from = new Date().toISOString()
  const queue = await queueUrl('polls')
  await send(queue, {
    reason: 'event',
    minute: minuteOf(Date.now()),
    batch: 'unknown-server',
    deployments: ['nobody', 'html'],
  })
  await expect.poll(async () => ((await listVerdicts()).get('html')?.at ?? '') > from, { timeout: 20_000 }).toBe(true)
})

test('discovery invoked twice changes nothing the second time', async () => {
  await invoke('discover', { id: 'once' })
  expect(await invoke('discover', { id: 'again' })).toMatchObject({ changed: 0, removed: 0 })
})
