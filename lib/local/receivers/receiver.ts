import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the receiver does with one request instead of taking it. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** Takes the request and never answers. */
  | 'hang'
  /** Cuts the connection. */
  | 'reset'
  /** Answers only after so many milliseconds, then takes the message. */
  | { afterMs: number }

export interface Received {
  at: Date
  path: string
  headers: IncomingMessage['headers']
  body: string
  json: unknown
}

export interface Receiver extends AsyncDisposable {
  /** Base address, `http://127.0.0.1:PORT`. */
  url: string
  /** Messages that were taken, in order. */
  received: Received[]
  /** Requests of all kinds, those that were refused or lost included. */
  requests: number
  /** The next requests fail like this, one fault each; afterwards all is well again. */
  failNext(...faults: Fault[]): void
  /** Waits until so many messages were taken. */
  waitFor(count: number, timeoutMs?: number): Promise<Received[]>
}

/** What a strict receiver says to a request: `taken` or an answer that refuses it. */
export type Judge = (
  request: Received,
) => { taken: true; status: number; body: string } | { taken: false; status: number; body: string }

/** An HTTP server on 127.0.0.1 that takes what `judge` accepts and fails on request. */
export async function startReceiver(judge: Judge, port = 0): Promise<Receiver> {
  const faults: Fault[] = []
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    receiver.requests++
    const body = await readBody(request)
    const fault = faults.shift()
    if (fault && (await failed(fault, request, response))) return
    const seen = { at: new Date(), path: request.url ?? '/', headers: request.headers, body, json: parsed(body) }
    const verdict = request.method === 'POST' ? judge(seen) : { taken: false, status: 405, body: 'POST only' }
    if (verdict.taken) received.push(seen)
    response.writeHead(verdict.status, { 'content-type': 'text/plain' }).end(verdict.body)
  })
  server.listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    requests: 0,
    failNext: (...more) => void faults.push(...more),
    waitFor: async (count, timeoutMs = 5000) => {
      const deadline = Date.now() + timeoutMs
      while (received.length < count) {
        if (Date.now() > deadline) throw new Error(`${received.length} of ${count} messages within ${timeoutMs} ms`)
        await sleep(10)
      }
      return received
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return receiver
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Whether the fault was all there is to the request. */
async function failed(fault: Fault, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (fault === 'hang') return true
  if (fault === 'reset') {
    request.socket.destroy()
    return true
  }
  if ('afterMs' in fault) {
    await sleep(fault.afterMs)
    return false
  }
  response.writeHead(fault.status, fault.headers).end(fault.body ?? '')
  return true
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
