import type { IncomingHttpHeaders } from 'node:http'
import { openConnection } from './connection.ts'
import { startDeadline } from './deadline.ts'
import { readChunks } from './exchange.ts'
import { type FaultReason, isFault } from './fault.ts'
import type { Guard } from './guard.ts'

export interface PlainRequest {
  url: string
  method?: 'GET' | 'POST'
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Host header and TLS server name, where the URL's host is an address. */
  host?: string | undefined
  timeoutMs: number
  maxBytes: number
  guard: Guard
  /** What the request is for, in messages: `the scrape`, `the health document`. */
  step: string
}

export type PlainAnswer =
  | { ok: true; status: number; headers: IncomingHttpHeaders; body: string; durationMs: number }
  | { ok: false; reason: FaultReason; message: string }

/**
 * One HTTP request beside the MCP session (a scrape, a health document, a token), under a deadline that covers the body.
 * Redirects are not followed, so that what was sent stays with the origin it was meant for. Messages name the host,
 * never the query, headers or body. The socket is closed afterwards.
 */
export async function plainRequest(request: PlainRequest): Promise<PlainAnswer> {
  const { timeoutMs, guard, host, method = 'GET', body, step } = request
  const startedAt = performance.now()
  const deadline = startDeadline(timeoutMs)
  const connection = openConnection({
    endpoint: new URL(request.url),
    ...(host && { host }),
    guard,
    deadline,
    timeoutMs,
  })
  try {
    const headers = { 'accept-encoding': 'identity', ...request.headers }
    const sent = await connection.send({ method, headers, step, ...(body !== undefined && { body }) })
    if (isFault(sent)) return { ok: false, reason: sent.fault, message: sent.message }
    const chunks: Buffer[] = []
    let bytes = 0
    const fault = await readChunks(connection, sent, (chunk) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes <= request.maxBytes) return undefined
      return {
        fault: 'too_large',
        message: `${connection.where} answered ${step} with more than ${request.maxBytes} bytes.`,
      }
    })
    if (fault) return { ok: false, reason: fault.fault, message: fault.message }
    return {
      ok: true,
      status: sent.response.statusCode ?? 0,
      headers: sent.response.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      durationMs: performance.now() - startedAt,
    }
  } finally {
    deadline.clear()
    connection.close()
  }
}

/** Where a place from the settings lies: a path on the endpoint's origin, `:port/path` on its host, or a URL. */
export function placeAt(endpoint: string, place: string): URL {
  if (!place.startsWith(':')) return new URL(place, endpoint)
  const [, port = '', path = '/'] = /^:(\d+)(\/.*)$/.exec(place) ?? []
  const url = new URL(path, endpoint)
  url.port = port
  return url
}
