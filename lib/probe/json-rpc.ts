/** JSON-RPC 2.0 answer to one request of ours. */
export type RpcAnswer =
  | {
      result: unknown
      /** The whole answer as it came: equal texts need not be looked at twice. */
      text?: string
    }
  | { error: RpcError }

export interface RpcError {
  code: number
  message: string
  data?: unknown
}

export type RpcReading =
  | { kind: 'answer'; answer: RpcAnswer }
  /** A notification or request of the server's own: not for us, the answer comes after it. */
  | { kind: 'other' }
  | { kind: 'wrong_id'; id: unknown }
  | { kind: 'no_result' }
  | { kind: 'bad_json' }

/** Codes that only 2026-07-28 and later define (specification, "Error Codes"). */
export const HEADER_MISMATCH = -32020
export const MISSING_CAPABILITY = -32021
export const UNSUPPORTED_VERSION = -32022

/**
 * Reads one JSON text as the answer to the request with this id. The id must be the very same number: an answer to
 * "1" or to another request proves nothing. An error with id null stands for a request the server could not read.
 * Arrays (batches of 2025-03-26) are searched for the answer.
 */
export function readRpc(text: string, id: number): RpcReading {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return { kind: 'bad_json' }
  }
  if (!Array.isArray(parsed)) {
    const reading = readMessage(parsed, id)
    if (reading.kind === 'answer' && 'result' in reading.answer) reading.answer.text = text
    return reading
  }
  const readings = parsed.map((message) => readMessage(message, id))
  return readings.find((reading) => reading.kind === 'answer') ?? readings[0] ?? { kind: 'no_result' }
}

function readMessage(message: unknown, id: number): RpcReading {
  if (!isRecord(message)) return { kind: 'no_result' }
  if (typeof message.method === 'string') return { kind: 'other' }
  const error = readError(message.error)
  if (error && (message.id === null || message.id === undefined)) return { kind: 'answer', answer: { error } }
  if (message.id !== id) return message.id === undefined ? { kind: 'no_result' } : { kind: 'wrong_id', id: message.id }
  if (error) return { kind: 'answer', answer: { error } }
  return 'result' in message ? { kind: 'answer', answer: { result: message.result } } : { kind: 'no_result' }
}

/** Reads the JSON-RPC error out of the body of an HTTP error, whose id often is null or made up. */
export function readHttpError(text: string): RpcError | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return isRecord(parsed) ? readError(parsed.error) : undefined
  } catch {
    return undefined
  }
}

function readError(error: unknown): RpcError | undefined {
  if (!isRecord(error) || typeof error.code !== 'number') return undefined
  return { code: error.code, message: typeof error.message === 'string' ? error.message : '', data: error.data }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
