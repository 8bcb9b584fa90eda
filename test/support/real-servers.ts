import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const path = (name: string) => fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url))
const MEMORY = [process.execPath, path('@modelcontextprotocol/server-memory/dist/index.js')]
const EVERYTHING = path('@modelcontextprotocol/server-everything/dist/index.js')
const MCP_PROXY = path('mcp-proxy/dist/bin/mcp-proxy.mjs')
const SUPERGATEWAY = path('supergateway/dist/index.js')

const proxied = (port: number, ...options: string[]) => [
  MCP_PROXY,
  '--host',
  '127.0.0.1',
  '--port',
  String(port),
  ...options,
  '--',
  ...MEMORY,
]
const gatewayed = (port: number, ...options: string[]) => [
  SUPERGATEWAY,
  '--stdio',
  MEMORY.join(' '),
  '--port',
  String(port),
  ...options,
]
const FASTMCP = (port: number, stateless: boolean) => `
  import { FastMCP } from 'fastmcp'
  const server = new FastMCP({ name: 'fast', version: '1.0.0' })
  server.addTool({ name: 'hello', description: 'says hello', execute: async () => 'hello' })
  await server.start({ transportType: 'httpStream', httpStream: { port: ${port}, host: '127.0.0.1', endpoint: '/mcp', stateless: ${stateless} } })`
const SDK_V2 = (port: number, legacy: string) => `
  import { createServer } from 'node:http'
  import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
  import { toNodeHandler } from '@modelcontextprotocol/node'
  const make = () => {
    const server = new McpServer({ name: 'sdk-v2', version: '2.0.0' })
    server.registerTool('hello', { description: 'says hello' }, async () => ({ content: [{ type: 'text', text: 'hello' }] }))
    return server
  }
  createServer(toNodeHandler(createMcpHandler(make, { legacy: '${legacy}' }))).listen(${port}, '127.0.0.1')`

const script = (source: string) => ['--input-type=module', '--eval', source]

/** Real MCP servers from npm by name: arguments for node, and environment where the port goes there. */
export const REAL_SERVERS: Record<string, (port: number) => { args: string[]; env?: Record<string, string> }> = {
  'server-everything': (port) => ({ args: [EVERYTHING, 'streamableHttp'], env: { PORT: String(port) } }),
  'server-everything sse': (port) => ({ args: [EVERYTHING, 'sse'], env: { PORT: String(port) } }),
  'mcp-proxy': (port) => ({ args: proxied(port, '--server', 'stream') }),
  'mcp-proxy --stateless': (port) => ({ args: proxied(port, '--server', 'stream', '--stateless') }),
  'mcp-proxy --no-modern': (port) => ({ args: proxied(port, '--server', 'stream', '--no-modern') }),
  'mcp-proxy --apiKey': (port) => ({ args: proxied(port, '--server', 'stream', '--apiKey', 'sesame-open') }),
  'mcp-proxy both': (port) => ({ args: proxied(port) }),
  supergateway: (port) => ({ args: gatewayed(port, '--outputTransport', 'streamableHttp') }),
  'supergateway --stateful': (port) => ({
    args: gatewayed(port, '--outputTransport', 'streamableHttp', '--stateful', '--sessionTimeout', '60000'),
  }),
  'supergateway sse': (port) => ({ args: gatewayed(port) }),
  'mcp-hello-world': (port) => ({ args: [path('mcp-hello-world/build/http.js')], env: { PORT: String(port) } }),
  'server-system-monitor': (port) => ({
    args: [path('@modelcontextprotocol/server-system-monitor/dist/index.js')],
    env: { PORT: String(port) },
  }),
  'fastmcp stateful': (port) => ({ args: script(FASTMCP(port, false)) }),
  'fastmcp stateless': (port) => ({ args: script(FASTMCP(port, true)) }),
  'sdk v2 modern only': (port) => ({ args: script(SDK_V2(port, 'reject')) }),
  'sdk v2 both eras': (port) => ({ args: script(SDK_V2(port, 'stateless')) }),
}

export interface RealServer {
  origin: string
  pid: number
  stop(): Promise<void>
}

/** Starts one of them on a free port and waits until it takes connections. Stops with its children. */
export async function startRealServer(name: string): Promise<RealServer> {
  const port = await freePort()
  const made = REAL_SERVERS[name]?.(port)
  if (!made) throw new Error(`no real server is called ${name}`)
  const child = spawn(process.execPath, made.args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...made.env },
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    // A group of its own, so that the stdio servers behind a proxy end with it.
    detached: true,
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-2000)
  })
  const stop = () => stopGroup(child)
  for (let attempt = 0; !(await accepts(port)); attempt += 1) {
    if (child.exitCode !== null || attempt > 300) {
      await stop()
      throw new Error(`${name} did not start: ${said}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { origin: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop }
}

async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return
  const gone = once(child, 'exit')
  process.kill(-child.pid, 'SIGKILL')
  await gone
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
