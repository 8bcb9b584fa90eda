import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { formatDuration } from '../model/duration.ts'

/** Says which addresses must not be dialled; `lookup` holds that at connect time, `refusal` for literal addresses. */
export interface AddressGuard {
  refusal(address: string): string | undefined
  lookup: LookupFunction
}

export interface PlainRequest {
  url: string
  method?: 'GET' | 'POST'
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Host header and TLS server name, where the URL's host is an address. */
  host?: string | undefined
  timeoutMs: number
  maxBytes: number
  guard: AddressGuard
}

export type PlainFailure =
  | 'blocked_address'
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'tls'
  | 'reset'
  | 'timeout'
  | 'too_large'
  | 'prober_error'

export type PlainAnswer =
  | { ok: true; status: number; headers: http.IncomingHttpHeaders; body: string; durationMs: number }
  | { ok: false; reason: PlainFailure; message: string }

/**
 * One HTTP request beside the MCP session (a scrape, a health document, a token), under a deadline that covers the body.
 * Redirects are not followed, so that what was sent stays with the origin it was meant for. Messages name the host,
 * never the query, headers or body. The socket is closed afterwards.
 */
export function plainRequest(request: PlainRequest): Promise<PlainAnswer> {
  const url = new URL(request.url)
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  const refusal = isIP(literal) ? request.guard.refusal(literal) : undefined
  if (refusal) return Promise.resolve(failure('blocked_address', `${url.host} is ${refusal} and is not asked`))

  return new Promise((resolve) => {
    const startedAt = performance.now()
    const outgoing = (url.protocol === 'https:' ? https : http).request(url, {
      method: request.method ?? 'GET',
      agent: false,
      lookup: request.guard.lookup,
      headers: {
        ...request.headers,
        ...(request.host && { host: request.host }),
        ...(request.body !== undefined && { 'content-length': Buffer.byteLength(request.body) }),
      },
      ...(request.host && { servername: request.host.replace(/:\d+$/, '') }),
    })
    const finish = (answer: PlainAnswer) => {
      clearTimeout(timer)
      outgoing.destroy()
      resolve(answer)
    }
    const timer = setTimeout(
      () => finish(failure('timeout', `${url.host} gave no whole answer within ${formatDuration(request.timeoutMs)}`)),
      request.timeoutMs,
    )
    outgoing.on('error', (error: NodeJS.ErrnoException) => finish(failureOf(error, url.host)))
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      let bytes = 0
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        chunks.push(chunk)
        if (bytes > request.maxBytes) {
          finish(failure('too_large', `${url.host} answered with more than ${request.maxBytes} bytes`))
        }
      })
      incoming.on('error', (error: NodeJS.ErrnoException) => finish(failureOf(error, url.host)))
      incoming.on('end', () =>
        finish({
          ok: true,
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          durationMs: performance.now() - startedAt,
        }),
      )
    })
    outgoing.end(request.body)
  })
}

/** Where a place from the settings lies: a path on the endpoint's origin, `:port/path` on its host, or a URL. */
export function placeAt(endpoint: string, place: string): URL {
  if (!place.startsWith(':')) return new URL(place, endpoint)
  const [, port = '', path = '/'] = /^:(\d+)(\/.*)$/.exec(place) ?? []
  const url = new URL(path, endpoint)
  url.port = port
  return url
}

function failure(reason: PlainFailure, message: string): PlainAnswer {
  return { ok: false, reason, message }
}

/** Faults of this machine (file descriptors, memory) are the prober's own, never the server's. */
function failureOf(error: NodeJS.ErrnoException, host: string): PlainAnswer {
  const code = error.code ?? ''
  if (/^(EMFILE|ENFILE|ENOMEM|ENOBUFS)$/.test(code)) return failure('prober_error', `fleetwatch ran out of ${code}`)
  if (code === 'EBLOCKED') return failure('blocked_address', `${host} is not asked: ${error.message}`)
  if (/^(ENOTFOUND|EAI_AGAIN|ESERVFAIL|ENODATA)$/.test(code)) return failure('dns', `${host} has no address (${code})`)
  if (code === 'ECONNREFUSED') return failure('refused', `${host} refuses connections`)
  if (/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/.test(code)) {
    return failure('unreachable', `${host} cannot be reached (${code})`)
  }
  if (/CERT|SSL|TLS|EPROTO|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code)) return failure('tls', `TLS with ${host}: ${code}`)
  return failure('reset', `${host} broke the connection off (${code || 'no code'})`)
}
