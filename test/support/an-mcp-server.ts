import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerWith, type Seen } from './answer-with.ts'

interface Behaviour {
  tools?: object[]
  version?: string
  /** Result of `tools/call`, or never an answer. */
  call?: (name: string) => object | 'never'
  /** Answers to GET by path: a health document, metrics. */
  pages?: Record<string, { status?: number; type?: string; body: string }>
  /** Status of the DELETE of a session. */
  onDelete?: number
  authorize?: (headers: IncomingMessage['headers']) => boolean
}

export const SEARCH = {
  name: 'search',
  inputSchema: { type: 'object', properties: { q: { type: 'string' } } },
  annotations: { readOnlyHint: true },
}

/** A small legacy MCP server with sessions, other pages beside it, by default on a free port. `behaviour` may be changed between two polls. */
export async function anMcpServer(given: Behaviour = {}, onPort = 0) {
  const behaviour = { ...given }
  const sessions = new Set<string>()
  const server = await answerWith((request, response) => answer(request, response, behaviour, sessions), onPort)
  const { url, port, seen } = server
  return {
    endpoint: `${url}/mcp`,
    port,
    seen,
    behaviour,
    sessions,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function answer(request: Seen, response: ServerResponse, behaviour: Behaviour, sessions: Set<string>): void {
  const { method, path, headers, body } = request
  if (path !== '/mcp') {
    const page = behaviour.pages?.[path]
    response.writeHead(page ? (page.status ?? 200) : 404, { 'content-type': page?.type ?? 'text/plain' })
    response.end(page?.body ?? '')
    return
  }
  if (behaviour.authorize && !behaviour.authorize(headers)) {
    response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
    return
  }
  if (method === 'DELETE') {
    const status = behaviour.onDelete ?? 200
    if (status === 200) sessions.delete(String(headers['mcp-session-id']))
    response.writeHead(status).end()
    return
  }
  answerRpc(JSON.parse(body), response, behaviour, sessions)
}

function answerRpc(
  message: { id?: number; method: string; params?: { name?: string } },
  response: ServerResponse,
  behaviour: Behaviour,
  sessions: Set<string>,
): void {
  const { id, method, params } = message
  const send = (status: number, payload: object, more = {}) =>
    response
      .writeHead(status, { 'content-type': 'application/json', ...more })
      .end(JSON.stringify({ jsonrpc: '2.0', id, ...payload }))
  if (id === undefined) {
    response.writeHead(202).end()
    return
  }
  if (method === 'initialize') {
    const session = `session-${sessions.size}-${Date.now()}`
    sessions.add(session)
    const serverInfo = { name: 'stub', version: behaviour.version ?? '1.0.0' }
    send(
      200,
      { result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo } },
      { 'mcp-session-id': session },
    )
    return
  }
  if (method === 'tools/list') {
    send(200, { result: { tools: behaviour.tools ?? [SEARCH] } })
    return
  }
  const result = method === 'tools/call' ? behaviour.call?.(params?.name ?? '') : undefined
  if (result === 'never') return
  if (result) send(200, { result })
  else send(method === 'tools/call' ? 200 : 400, { error: { code: -32601, message: 'Method not found' } })
}
