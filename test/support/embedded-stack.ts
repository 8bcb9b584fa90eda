import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startCostExplorer } from '../../lib/local/cost-explorer-server.ts'
import { freePort } from '../../lib/local/free-port.ts'
import { startLocalFleetwatch } from '../../lib/local/local-fleetwatch.ts'
import { MCP_SERVERS, type McpProcess, startMcpServer } from '../../lib/local/mcp-servers.ts'

/**
 * What integration tests are given of the one deployed stack. The server `everything` runs all the time (ticks come every
 * minute, whatever test is on), and is killed and started by a POST to `control`. On the other ports nothing listens but
 * what a test starts.
 */
export interface EmbeddedStack {
  env: Record<string, string>
  resources: Record<string, string>
  configFile: string
  control: string
  /** Ports of the fleet's endpoints by server name, and of the receivers. */
  servers: Record<(typeof SERVERS)[number], number>
  receivers: Record<(typeof RECEIVERS)[number], number>
}

declare module 'vitest' {
  interface ProvidedContext {
    stack: EmbeddedStack
  }
}

const FOLDER = join(import.meta.dirname, '../../.local/test')

/** One server per test that needs one, so that tests do not disturb each other. */
const SERVERS = ['everything', 'files', 'hanging', 'refusing', 'challenging', 'html', 'around'] as const
const RECEIVERS = ['slack', 'pagerduty', 'webhook'] as const

/** Deploys the real app into an embedded AWS once for all integration tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const ports = async <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()]))) as Record<Name, number>
  const servers = await ports(SERVERS)
  const receivers = await ports(RECEIVERS)
  const costExplorer = await startCostExplorer({
    costsOf: () => [{ server: 'everything', service: 'Amazon Elastic Container Service', usd: 3 }],
  })
  const everything = await startMcpServer(MCP_SERVERS[0]!, join(FOLDER, '../test-servers'), servers.everything)
  const control = await startControl(everything)
  const at = (port: number, path: string) => `http://127.0.0.1:${port}${path}`
  const local = await startLocalFleetwatch({
    folder: FOLDER,
    configFolder: join(import.meta.dirname, 'stack-config'),
    replacements: {
      PAGERDUTY_URL: at(receivers.pagerduty, '/v2/enqueue'),
      WEBHOOK_URL: at(receivers.webhook, '/alerts'),
    },
    secrets: {
      'fleetwatch/slack': at(receivers.slack, '/services/T0/B0/secret'),
      'fleetwatch/pagerduty': '0123456789abcdef0123456789abcdef',
      'fleetwatch/webhook-signing': 'a signing key of the tests',
    },
    fleet: Object.fromEntries(SERVERS.map((name) => [name, { endpoint: at(servers[name], '/mcp'), team: 'test' }])),
    costExplorerUrl: costExplorer.url,
    step: (_name, work) => work(),
  })
  project.provide('stack', {
    env: local.aws.env,
    resources: local.resources,
    configFile: local.configFile,
    control: control.url,
    servers,
    receivers,
  })
  return async () => {
    control.stop()
    await Promise.all([local.stop(), costExplorer.stop(), everything.kill()])
  }
}

/** POST /kill and POST /start, answered when it is done. */
async function startControl(server: McpProcess): Promise<{ url: string; stop(): void }> {
  const control = createServer(async (request, response) => {
    await (request.url === '/kill' ? server.kill() : server.start())
    response.end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => control.once('listening', resolve))
  return { url: `http://127.0.0.1:${(control.address() as AddressInfo).port}`, stop: () => control.close() }
}
