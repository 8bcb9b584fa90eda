import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { stopProcessGroup } from './embedded-aws.ts'
import { freePort } from './free-port.ts'
import { waitFor } from './wait-for.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const bin = (path: string) => join(ROOT, 'node_modules', path)

export interface McpServer {
  name: string
  team: string
  /** What it is, for people. */
  about: string
  path: string
  command(port: number, folder: string): { args: string[]; env?: Record<string, string> }
}

/** Real MCP servers from npm: both protocol eras, stateful and stateless, plain and behind two kinds of proxy. */
export const MCP_SERVERS: McpServer[] = [
  {
    name: 'everything',
    team: 'platform',
    about: 'server-everything: legacy era, stateful sessions',
    path: '/mcp',
    command: (port) => ({
      args: [bin('@modelcontextprotocol/server-everything/dist/index.js'), 'streamableHttp'],
      env: { PORT: String(port) },
    }),
  },
  {
    name: 'files',
    team: 'data',
    about: 'server-filesystem behind mcp-proxy: modern era',
    path: '/mcp',
    command: (port, folder) => ({
      args: [
        bin('mcp-proxy/dist/bin/mcp-proxy.mjs'),
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        '--server',
        'stream',
        '--',
        'node',
        bin('@modelcontextprotocol/server-filesystem/dist/index.js'),
        folder,
      ],
    }),
  },
  {
    name: 'memory',
    team: 'data',
    about: 'server-memory behind mcp-proxy: legacy era only',
    path: '/mcp',
    command: (port, folder) => ({
      args: [
        bin('mcp-proxy/dist/bin/mcp-proxy.mjs'),
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        '--server',
        'stream',
        '--no-modern',
        '--',
        'node',
        bin('@modelcontextprotocol/server-memory/dist/index.js'),
      ],
      env: { MEMORY_FILE_PATH: join(folder, 'memory.json') },
    }),
  },
  {
    name: 'thinking',
    team: 'research',
    about: 'server-sequential-thinking behind supergateway: stateless',
    path: '/mcp',
    command: (port) => ({
      args: [
        bin('supergateway/dist/index.js'),
        '--stdio',
        `node ${bin('@modelcontextprotocol/server-sequential-thinking/dist/index.js')}`,
        '--outputTransport',
        'streamableHttp',
        '--port',
        String(port),
        '--healthEndpoint',
        '/healthz',
      ],
    }),
  },
  {
    name: 'monitor',
    team: 'platform',
    about: 'server-system-monitor: legacy era, stateless',
    path: '/mcp',
    command: (port) => ({
      args: [bin('@modelcontextprotocol/server-system-monitor/dist/index.js')],
      env: { PORT: String(port) },
    }),
  },
]

/** One MCP server's process, which can be killed and started again on the same port. */
export interface McpProcess {
  server: McpServer
  endpoint: string
  start(): Promise<void>
  kill(): Promise<void>
}

/** Starts a server with its files and log in `folder`, on the given port of 127.0.0.1 or on a free one. */
export async function startMcpServer(server: McpServer, folder: string, givenPort?: number): Promise<McpProcess> {
  mkdirSync(folder, { recursive: true })
  const port = givenPort ?? (await freePort())
  const endpoint = `http://127.0.0.1:${port}${server.path}`
  let child: ChildProcess | undefined
  const start = async () => {
    const started = spawnServer(server, port, folder)
    child = started
    await waitFor(`the MCP server ${server.name}`, 30_000, async () => {
      if (started.exitCode !== null) throw new Error(`the MCP server ${server.name} ended at once; see ${folder}`)
      // Any HTTP answer will do: what it is worth is the probe's business.
      return fetch(endpoint, { method: 'OPTIONS', signal: AbortSignal.timeout(1000) }).then(
        () => true,
        () => false,
      )
    })
  }
  await start()
  return { server, endpoint, start, kill: async () => child && stopProcessGroup(child) }
}

function spawnServer(server: McpServer, port: number, folder: string): ChildProcess {
  const { args, env } = server.command(port, folder)
  const log = openSync(join(folder, `${server.name}.log`), 'a')
  const child = spawn(join(ROOT, 'node_modules/.bin/node'), args, {
    cwd: folder,
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`, ...env },
  })
  closeSync(log)
  return child
}
