import type { SendResult } from '../model/send-result.ts'

const TIMEOUT_MS = 10_000
/** As much of an answer as helps a person to understand a refusal. */
const QUOTED_CHARACTERS = 200
const WORTH_A_RETRY = new Set([408, 421, 425, 429])

export interface Post {
  url: string
  body: string
  headers?: Record<string, string>
  timeoutMs?: number
}

export interface PostResult {
  result: SendResult
  /** The answer was 401 or 403, which a rotated secret explains. */
  unauthorized: boolean
}

/**
 * Posts JSON and says what became of it. Answers 408, 421, 425, 429 and 5xx, timeouts and network faults are worth
 * another attempt (`Retry-After` is heeded); everything else that is not 2xx is refused, a redirect too, since the
 * message must not leave the origin it was meant for.
 */
export async function post(request: Post, now: Date): Promise<PostResult> {
  const { url, body, headers = {}, timeoutMs = TIMEOUT_MS } = request
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'fleetwatch', ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const answer = await startOfBody(response)
    return {
      result: resultOf(response, answer, now),
      unauthorized: response.status === 401 || response.status === 403,
    }
  } catch (error) {
    return { result: { outcome: 'retry', reason: networkFault(error, timeoutMs) }, unauthorized: false }
  }
}

function resultOf(response: Response, answer: string, now: Date): SendResult {
  if (response.ok) return { outcome: 'delivered' }
  const reason = `HTTP ${response.status}${answer ? `: ${answer}` : ''}`
  const again = WORTH_A_RETRY.has(response.status) || response.status >= 500
  if (!again) return { outcome: 'refused', reason }
  return { outcome: 'retry', reason, ...retryAfter(response.headers.get('retry-after'), now) }
}

async function startOfBody(response: Response): Promise<string> {
  if (!response.body) return ''
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length >= QUOTED_CHARACTERS) break
  }
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, QUOTED_CHARACTERS)
}

/** `Retry-After` in seconds or as an HTTP date (RFC 9110, section 10.2.3). */
function retryAfter(header: string | null, now: Date): { afterMs?: number } {
  if (header === null) return {}
  if (/^\d+$/.test(header.trim())) return { afterMs: Number(header) * 1000 }
  const at = Date.parse(header)
  return Number.isNaN(at) ? {} : { afterMs: Math.max(0, at - now.getTime()) }
}

/** Says what happened without the URL, which for Slack is itself the secret. */
function networkFault(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) throw error
  if (error.name === 'TimeoutError') return `no complete answer within ${timeoutMs / 1000} s`
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  return `the connection failed${code ? ` (${code})` : ''}`
}
