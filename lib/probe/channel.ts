import type { Connection, Sending } from './connection.ts'
import { startDeadline } from './deadline.ts'
import { MODERN_VERSION } from './era.ts'
import { type Exchange, readExchange } from './exchange.ts'
import { type Fault, isFault } from './fault.ts'
import { CLIENT_INFO, newTraceparent, USER_AGENT } from './identity.ts'

export type SessionEnd = 'deleted' | 'none' | 'leaked'
type Params = Record<string, unknown>

/** A way to ask an MCP server: Streamable HTTP of either era, or HTTP+SSE. */
export interface Channel {
  request(method: string, params?: Params): Promise<Exchange | Fault>
  notify(method: string): Promise<Exchange | Fault>
  /** Version that the server agreed to; every later request names it. */
  agree(protocolVersion: string): void
  inSession(): boolean
  /** Ends the session, with a little time of its own, so that it also ends after a probe that timed out. */
  end(): Promise<SessionEnd>
}

/** How long the DELETE of a session may take after the probe's own deadline. */
const END_MS = 1500

const BOTH_TYPES = 'application/json, text/event-stream'

export function headersFor(own: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...own,
    'content-type': 'application/json',
    accept: BOTH_TYPES,
    'accept-encoding': 'identity',
    'user-agent': USER_AGENT,
    traceparent: newTraceparent(),
  }
}

/** Streamable HTTP of the era without sessions: every request says all about itself (specification 2026-07-28). */
export function modernChannel(connection: Connection, own: Readonly<Record<string, string>>): Channel {
  let lastId = 0
  return {
    request(method, params = {}) {
      lastId += 1
      const headers = headersFor(own)
      headers['mcp-protocol-version'] = MODERN_VERSION
      headers['mcp-method'] = method
      if (typeof params.name === 'string') headers['mcp-name'] = params.name
      const meta = {
        'io.modelcontextprotocol/protocolVersion': MODERN_VERSION,
        'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
        'io.modelcontextprotocol/clientCapabilities': {},
        traceparent: headers.traceparent,
      }
      const body = JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params: { ...params, _meta: meta } })
      return ask(connection, { method: 'POST', headers, body, step: method }, lastId)
    },
    notify: () => Promise.resolve({ status: 202, headers: {} }),
    agree: () => {},
    inSession: () => false,
    end: () => Promise.resolve('none'),
  }
}

/** Streamable HTTP with sessions (2025-03-26 to 2025-11-25). The session id is kept as soon as the head of an answer names it. */
export function sessionChannel(connection: Connection, own: Readonly<Record<string, string>>): Channel {
  let lastId = 0
  let version: string | undefined
  const sessions: string[] = []
  const headersNow = () => {
    const headers = headersFor(own)
    const session = sessions.at(-1)
    if (session) headers['mcp-session-id'] = session
    if (version) headers['mcp-protocol-version'] = version
    return headers
  }
  const keepSession = (exchange: { headers: Exchange['headers'] }) => {
    const session = exchange.headers['mcp-session-id']
    // A server that changes the id in mid-session is wrong, but what it opened must be closed all the same.
    if (typeof session === 'string' && session !== sessions.at(-1) && sessions.length < 8) sessions.push(session)
  }
  return {
    request(method, params) {
      lastId += 1
      const body = JSON.stringify({ jsonrpc: '2.0', id: lastId, method, ...(params && { params }) })
      return ask(connection, { method: 'POST', headers: headersNow(), body, step: method }, lastId, keepSession)
    },
    notify(method) {
      const body = JSON.stringify({ jsonrpc: '2.0', method })
      return ask(connection, { method: 'POST', headers: headersNow(), body, step: method }, undefined, keepSession)
    },
    agree: (agreed) => {
      version = agreed
    },
    // A server that gave no session id and then asks for one has lost the session all the same.
    inSession: () => sessions.length > 0 || version !== undefined,
    async end() {
      if (sessions.length === 0) return 'none'
      const deadline = startDeadline(END_MS)
      const ends: boolean[] = []
      for (const session of sessions) {
        const headers = { ...headersNow(), 'mcp-session-id': session }
        const sent = await connection.send({ method: 'DELETE', headers, step: 'DELETE', deadline })
        const ended = isFault(sent) ? sent : await readExchange(connection, sent)
        ends.push(!isFault(ended) && ended.status >= 200 && ended.status < 300)
      }
      deadline.clear()
      return ends.every(Boolean) ? 'deleted' : 'leaked'
    },
  }
}

/** Sends once, and once more when the connection broke before any answer: an idle socket may die at any moment. */
async function ask(
  connection: Connection,
  sending: Sending,
  id: number | undefined,
  onHead?: (head: { headers: Exchange['headers'] }) => void,
): Promise<Exchange | Fault> {
  let sent = await connection.send(sending)
  if (isFault(sent) && sent.fault === 'reset') sent = await connection.send(sending)
  if (isFault(sent)) return sent
  onHead?.(sent.response)
  return readExchange(connection, sent, id)
}
