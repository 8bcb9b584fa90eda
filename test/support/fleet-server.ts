import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Tools as a middling real server lists them, about 6 KiB. */
const TOOLS = Array.from({ length: 12 }, (_, index) => ({
  name: `tool-${index}`,
  description: 'Does what its name says, and says so in a sentence of the usual length for a description of a tool.',
  inputSchema: {
    type: 'object',
    properties: {
      query: { type: 'string', description: 'What to look for.' },
      limit: { type: 'integer', minimum: 1, maximum: 100 },
      filter: { type: 'array', items: { type: 'string', enum: ['a', 'b', 'c'] } },
    },
    required: ['query'],
  },
}))
const LIST = JSON.stringify(TOOLS)
const INITIALIZED = JSON.stringify({
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'fleet', version: '1.0.0' },
})
const PATHS = 5

export interface FleetServer {
  urls: string[]
  sessions(): number
  close(): void
}

/**
 * Many legacy MCP servers with sessions in one process, five to a port, answering from memory: what is measured on them
 * is the client. The first `hanging` of them never answer.
 */
export async function startFleetServer(servers: number, hanging = 0): Promise<FleetServer> {
  const sessions = new Set<string>()
  const mute = new Set<string>()
  let last = 0
  const respond = (response: ServerResponse, id: unknown, result: string, headers: Record<string, string> = {}) => {
    const body = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length, ...headers }).end(body)
  }
  const ports = Array.from({ length: Math.ceil(servers / PATHS) }, () =>
    createServer((request, response) => {
      if (mute.has(`${request.socket.localPort}${request.url}`)) return
      if (request.method === 'DELETE') {
        sessions.delete(String(request.headers['mcp-session-id']))
        return void response.writeHead(200, { 'content-length': 0 }).end()
      }
      if (request.method !== 'POST') return void response.writeHead(405, { 'content-length': 0 }).end()
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        const message = JSON.parse(body)
        if (message.method === 'initialize') {
          last += 1
          sessions.add(String(last))
          return respond(response, message.id, INITIALIZED, { 'mcp-session-id': String(last) })
        }
        if (!sessions.has(String(request.headers['mcp-session-id']))) return void response.writeHead(404).end()
        if (message.method === 'tools/list') return respond(response, message.id, `{"tools":${LIST}}`)
        response.writeHead(202, { 'content-length': 0 }).end()
      })
    }),
  )
  await Promise.all(
    ports.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 1024, () => resolve()))),
  )
  const urls = Array.from({ length: servers }, (_, index) => {
    const { port } = ports[index % ports.length]!.address() as AddressInfo
    return `http://127.0.0.1:${port}/mcp/${Math.floor(index / ports.length)}`
  })
  for (const url of urls.slice(0, hanging)) mute.add(new URL(url).port + new URL(url).pathname)
  return {
    urls,
    sessions: () => sessions.size,
    close() {
      for (const server of ports) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}

// In a process of its own, for benchmarks: `node test/support/fleet-server.ts SERVERS HANGING`, talked to over IPC.
if (process.argv[1] === import.meta.filename && process.send) {
  const fleet = await startFleetServer(Number(process.argv[2]), Number(process.argv[3] ?? 0))
  process.on('message', () => process.send?.({ sessions: fleet.sessions() }))
  process.on('disconnect', () => process.exit())
  process.send({ urls: fleet.urls })
}
