import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { BEHAVIOURS } from './hostile-behaviours.ts'
import { type Asked, answer, type Behaviour, failure, json, TOOLS } from './hostile-step.ts'

const GOOD: Behaviour = {
  'server/discover': (asked) => json(asked, failure(asked, -32000, 'Bad Request: Server not initialized'), 400),
  initialize(asked) {
    const session = `session-${asked.state.sessions.size}-${Math.random()}`
    asked.state.sessions.add(session)
    const result = {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'hostile', version: '1.0.0' },
    }
    json(asked, answer(asked, result), 200, { 'mcp-session-id': session })
  },
  'notifications/initialized': ({ response }) => response.writeHead(202).end(),
  'tools/list': (asked) => json(asked, answer(asked, { tools: TOOLS })),
  GET: ({ response }) => response.writeHead(405).end(),
  DELETE({ request, response, state }) {
    state.sessions.delete(String(request.headers['mcp-session-id']))
    response.writeHead(200).end()
  },
}

export interface HostileServer {
  /** `http://127.0.0.1:PORT`; append the name of a behaviour as path. */
  origin: string
  stateOf(behaviour: string): Asked['state']
  close(): Promise<void>
}

/** One server whose paths each misbehave in their own way (hostile-behaviours.ts). */
export async function startHostileServer(): Promise<HostileServer> {
  const states = new Map<string, Asked['state']>()
  const sockets = new Set<Socket>()
  const stateOf = (name: string) => {
    const state = states.get(name) ?? { sessions: new Set<string>(), counts: new Map<string, number>() }
    states.set(name, state)
    return state
  }
  const server = createServer((request, response) => {
    const name = (request.url ?? '').split('/')[1]?.split('?')[0] ?? ''
    const behaviour = BEHAVIOURS[name]
    if (!behaviour) return void response.writeHead(500).end('no such behaviour')
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const message = body === '' ? {} : JSON.parse(body)
      const asked: Asked = { request, response, socket: request.socket, message, state: stateOf(name) }
      const { method = '' } = request
      const rpc = message.method as keyof Behaviour
      const all = { ...GOOD, ...behaviour }
      const step = method === 'POST' ? (behaviour.POST ?? all[rpc]) : all[method as 'GET' | 'DELETE']
      const count = `${method} ${message.method ?? ''}`.trim()
      asked.state.counts.set(count, (asked.state.counts.get(count) ?? 0) + 1)
      if (step) step(asked)
      else response.writeHead(500).end()
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stateOf,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
