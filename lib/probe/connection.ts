import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest, Agent as TlsAgent } from 'node:https'
import { isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Timings } from '../model/verdict.ts'
import type { Deadline } from './deadline.ts'
import type { Fault, Phase } from './fault.ts'
import type { Guard } from './guard.ts'
import { blockedFault, timeoutFault, transportFault } from './transport-fault.ts'

export interface ConnectionOptions {
  endpoint: URL
  /** Host header and TLS server name, when the endpoint is a task's address. */
  host?: string
  guard: Guard
  deadline: Deadline
  timeoutMs: number
  /** PEM certificates to trust besides the public ones. */
  ca?: string
}

export interface Sending {
  method: 'POST' | 'GET' | 'DELETE'
  /** Path and query; another one than the endpoint's only for HTTP+SSE. */
  path?: string
  headers: Record<string, string>
  body?: string
  /** What the probe does at the moment, for messages: `initialize`, `tools/list`. */
  step: string
  /** Another deadline than the probe's own, for cleaning up after it. */
  deadline?: Deadline
}

/** One HTTP answer whose body has not been read yet. */
export interface Answer {
  response: IncomingMessage
  step: string
  /** Ends the reading of the body; called by whoever reads it. */
  deadline: Deadline
}

/** The sockets, cookies and clocks of one probe of one endpoint. */
export interface Connection {
  /** `host:port`, for messages. */
  where: string
  send(sending: Sending): Promise<Answer | Fault>
  faultOf(error: NodeJS.ErrnoException, phase: Phase): Fault
  timeout(phase: Phase, step: string): Fault
  timings: Omit<Timings, 'totalMs'>
  requests: number
  certificate?: { notAfter: string }
  /** Lets a second socket be open beside an event stream; else one serves all requests in turn. */
  widen(): void
  close(): void
}

/**
 * Opens the HTTP side of one probe: an Agent of its own (a shared one would hand out sockets that died while a Lambda
 * was frozen, and hold descriptors), a cookie jar (balancers bind a session to a task by cookie), no redirects followed,
 * every address checked by the guard. Nothing is dialled before the first `send`.
 */
export function openConnection(options: ConnectionOptions): Connection {
  const { endpoint, guard, host } = options
  const secure = endpoint.protocol === 'https:'
  const agentOptions = { keepAlive: true, maxSockets: 1 }
  const agent = secure ? new TlsAgent(agentOptions) : new Agent(agentOptions)
  const start = secure ? httpsRequest : httpRequest
  const hostname = endpoint.hostname.replace(/^\[|\]$/g, '')
  const where = `${endpoint.hostname}:${endpoint.port || (secure ? 443 : 80)}`
  const cookies = new Map<string, string>()
  const servername = (host ?? hostname).replace(/:\d+$/, '')
  const base: RequestOptions = {
    agent,
    hostname,
    port: endpoint.port || (secure ? 443 : 80),
    path: endpoint.pathname + endpoint.search,
    lookup: guard.lookup,
    ...(secure && isIP(servername) === 0 && { servername }),
    ...(secure && options.ca && { ca: options.ca }),
  }
  const refusal = isIP(hostname) ? guard.refusal(hostname) : undefined

  const connection: Connection = {
    where,
    timings: {},
    requests: 0,
    faultOf: (error, phase) => transportFault(error, where, phase),
    timeout: (phase, step) => timeoutFault(where, phase, options.timeoutMs, step),
    widen() {
      agent.maxSockets = 2
    },
    close: () => agent.destroy(),
    send(sending) {
      if (refusal) return Promise.resolve(blockedFault(where, `${hostname} is ${refusal}`))
      const deadline = sending.deadline ?? options.deadline
      const progress: { phase: Phase } = { phase: 'first_byte' }
      connection.requests += 1
      return new Promise((resolve) => {
        const startedAt = performance.now()
        const request = start({
          ...base,
          method: sending.method,
          ...(sending.path && { path: sending.path }),
          headers: headersOf(sending, host, cookies),
        })
        const release = deadline.onExpire((cause) => {
          resolve(cause === 'timeout' ? connection.timeout(progress.phase, sending.step) : cause)
          request.destroy()
        })
        request.on('socket', (socket) => watch(socket, secure, connection, progress))
        request.on('response', (response) => {
          release()
          connection.timings.firstByteMs ??= performance.now() - startedAt - connectedAfter(connection.timings)
          keepCookies(response.headers['set-cookie'], cookies)
          resolve({ response, step: sending.step, deadline })
        })
        request.on('error', (error) => {
          release()
          resolve(connection.faultOf(error, progress.phase))
        })
        request.end(sending.body)
      })
    },
  }
  return connection
}

const connectedAfter = (timings: Connection['timings']) =>
  (timings.dnsMs ?? 0) + (timings.connectMs ?? 0) + (timings.tlsMs ?? 0)

function headersOf(sending: Sending, host: string | undefined, cookies: Map<string, string>): Record<string, string> {
  const headers = sending.headers
  if (host) headers.host = host
  if (sending.body !== undefined) headers['content-length'] = String(Buffer.byteLength(sending.body))
  if (cookies.size > 0) headers.cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return headers
}

/** Notes how long each phase of a new socket takes, and which one it is in. */
function watch(socket: Socket, secure: boolean, connection: Connection, progress: { phase: Phase }) {
  if (!socket.connecting) return
  const { timings } = connection
  let since = performance.now()
  const lap = () => {
    const now = performance.now()
    const tookMs = now - since
    since = now
    return tookMs
  }
  progress.phase = 'dns'
  socket.once('lookup', (error) => {
    if (error) return
    timings.dnsMs ??= lap()
    progress.phase = 'connect'
  })
  socket.once('connectionAttempt', () => {
    progress.phase = 'connect'
  })
  socket.once('connect', () => {
    timings.connectMs ??= lap()
    progress.phase = secure ? 'tls' : 'first_byte'
  })
  if (!secure) return
  socket.once('secureConnect', () => {
    timings.tlsMs ??= lap()
    progress.phase = 'first_byte'
    const validTo = (socket as TLSSocket).getPeerCertificate().valid_to
    if (validTo) connection.certificate = { notAfter: new Date(validTo).toISOString() }
  })
}

/** Keeps name and value only: all requests of a probe go to one origin, and it lasts seconds. */
function keepCookies(lines: string[] | undefined, cookies: Map<string, string>) {
  for (const line of lines ?? []) {
    const [, name, value] = /^\s*([^=;\s]+)=([^;]*)/.exec(line) ?? []
    if (!name || value === undefined) continue
    if (/;\s*max-age=(0|-\d+)\s*(;|$)/i.test(line)) cookies.delete(name)
    else cookies.set(name, value.trim())
  }
}
