import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** One request as a behaviour sees it. */
export interface Asked {
  request: IncomingMessage
  response: ServerResponse
  socket: Socket
  message: { id?: number; method?: string; params?: Record<string, unknown> }
  /** Sessions that the behaviour opened and has not closed, and anything else it wants to remember. */
  state: { sessions: Set<string>; counts: Map<string, number>; stream?: ServerResponse }
}

export type Step = (asked: Asked) => void

/** What a server does at each step of a probe; steps it does not name are done as a good legacy server does them. */
export type Behaviour = Partial<
  Record<
    | 'server/discover'
    | 'initialize'
    | 'notifications/initialized'
    | 'tools/list'
    | 'resources/list'
    | 'POST'
    | 'GET'
    | 'DELETE',
    Step
  >
>

export const TOOLS = ['alpha', 'beta'].map((name) => ({ name, inputSchema: { type: 'object' } }))

export function json(asked: Asked, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  asked.response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export const answer = (asked: Asked, result: unknown) => ({ jsonrpc: '2.0', id: asked.message.id, result })
export const failure = (asked: Asked, code: number, message: string, data?: unknown) => ({
  jsonrpc: '2.0',
  id: asked.message.id ?? null,
  error: { code, message, data },
})
