import { challengeFault } from './challenge.ts'
import type { Exchange } from './exchange.ts'
import type { Fault } from './fault.ts'

export interface Asked {
  where: string
  step: string
  /** A session was open: 404 and "no valid session" then mean that it was lost. */
  inSession: boolean
  /** A credential was sent: 401 then means that it was refused. */
  credentialSent: boolean
}

const OURS = new Set([406, 413, 414, 415, 431])

/** What an HTTP answer other than 2xx says of the server. */
export function httpFault(exchange: Exchange, asked: Asked): Fault {
  const { status, error } = exchange
  const { where, step } = asked
  const words = saying(exchange)
  const refused = `${where} answered ${step} with ${status}`
  if (asked.inSession && isSessionLost(exchange)) {
    return {
      fault: 'session_lost',
      message: `${where} forgot the session it had just opened (${status}${words}): a balancer without stickiness, or a restart in between.`,
    }
  }
  if (isHostRejected(exchange)) {
    return {
      fault: 'host_rejected',
      message: `${where} refuses the Host header of the probe (${status}${words}): set probe.host to the name that the server expects.`,
    }
  }
  if (status === 401 || status === 403) return challengeFault(exchange, asked)
  if (status === 429) return { fault: 'throttled', message: `${refused}: too many requests.`, ...retryAfter(exchange) }
  if (status >= 300 && status < 400) {
    return {
      fault: 'redirect',
      message: `${refused}, a redirect${target(exchange)}; redirects are not followed, so that no credential leaves its origin. Configure the final URL.`,
    }
  }
  if (OURS.has(status) || (status === 400 && error && (error.code === -32602 || error.code === -32020))) {
    return {
      fault: 'prober_error',
      message: `${refused}${words}: it takes the probe’s request for malformed. This is fleetwatch’s own fault.`,
    }
  }
  return statusFault(exchange, refused, words)
}

function statusFault(exchange: Exchange, refused: string, words: string): Fault {
  switch (exchange.status) {
    case 404:
      return { fault: 'wrong_path', message: `${refused}${words}: there is no MCP server at this path.` }
    case 405:
      return { fault: 'method_not_allowed', message: `${refused}${words}: this path takes no POST.` }
    case 500:
      return { fault: 'server_error', message: `${refused}${words}: the server failed.` }
    case 502:
      return { fault: 'bad_gateway', message: `${refused}: the balancer or proxy got no good answer from a task.` }
    case 503:
      return {
        fault: 'unavailable',
        message: `${refused}: the balancer has no healthy target, or the server refuses work.`,
        ...retryAfter(exchange),
      }
    case 504:
      return { fault: 'gateway_timeout', message: `${refused}: the balancer or proxy waited in vain for a task.` }
    default:
      return exchange.status >= 500
        ? { fault: 'server_error', message: `${refused}${words}: the server failed.` }
        : { fault: 'http_status', message: `${refused}${words}, which no MCP server should.` }
  }
}

function isSessionLost({ status, error, text }: Exchange): boolean {
  if (status === 404) return error?.code === -32001 || error === undefined || /session/i.test(error.message)
  return status === 400 && /session/i.test(error?.message ?? text ?? '')
}

function isHostRejected({ status, error, text }: Exchange): boolean {
  if (status !== 403 && status !== 421) return false
  return (
    status === 421 ||
    /(invalid|disallowed|not allowed|bad|forbidden).{0,20}\bhost\b|\bhost\b.{0,30}(invalid|not allowed)/i.test(
      error?.message ?? text ?? '',
    )
  )
}

/** The server's own words, short: only those of a JSON-RPC error, since a page says nothing to the woken person. */
function saying({ error }: Exchange): string {
  const words = error?.message.replace(/\s+/g, ' ').slice(0, 120)
  return words ? `, “${words}”` : ''
}

function target({ headers }: Exchange): string {
  try {
    return headers.location ? ` to ${new URL(headers.location).host}` : ''
  } catch {
    return ''
  }
}

/** `Retry-After` in milliseconds, from seconds or a date; capped at an hour. */
function retryAfter({ headers }: Exchange): { retryAfterMs?: number } {
  const value = headers['retry-after']
  if (value === undefined) return {}
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return waitMs > 0 ? { retryAfterMs: Math.min(waitMs, 3_600_000) } : {}
}
