import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Answer, Connection, Sending } from './connection.ts'
import type { Fault } from './fault.ts'
import { isFault } from './fault.ts'
import { type RpcAnswer, type RpcError, readHttpError, readRpc } from './json-rpc.ts'
import { createSseParser } from './sse.ts'

/** Most bytes of one answer, after decompression. The largest tool lists in the wild are well below 1 MiB. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024
/** Of an HTTP error, only the beginning is of use. */
const MAX_ERROR_BYTES = 16 * 1024

/** What came back for one JSON-RPC request: an answer to it, or an HTTP error with what its body says. */
export interface Exchange {
  status: number
  headers: IncomingHttpHeaders
  answer?: RpcAnswer
  /** JSON-RPC error in the body of an HTTP error. */
  error?: RpcError
  /** Beginning of a body that is no JSON-RPC. */
  text?: string
}

/** Sends one JSON-RPC message and reads the answer with this id (none for a notification), JSON or SSE alike. */
export async function exchange(connection: Connection, sending: Sending, id?: number): Promise<Exchange | Fault> {
  const sent = await connection.send(sending)
  if (isFault(sent)) return sent
  return readExchange(connection, sent, id)
}

/** Reads the body of an answer up to what was waited for, and no further. */
export async function readExchange(connection: Connection, sent: Answer, id?: number): Promise<Exchange | Fault> {
  const { response } = sent
  const status = response.statusCode ?? 0
  const head = { status, headers: response.headers }
  if (status < 200 || status >= 300) {
    const text = await readText(connection, sent, MAX_ERROR_BYTES, 'cut')
    if (isFault(text)) return head
    const error = readHttpError(text.text)
    return { ...head, ...(error ? { error } : { text: text.text }) }
  }
  if (id === undefined) {
    await settle(response)
    return head
  }
  const type = (response.headers['content-type'] ?? '').toLowerCase()
  if (type.startsWith('text/event-stream')) {
    const answer = await readStream(connection, sent, id)
    return isFault(answer) ? answer : { ...head, answer }
  }
  const text = await readText(connection, sent, MAX_BODY_BYTES, 'refuse')
  if (isFault(text)) return text
  const answer = readJson(connection.where, sent.step, text.text, type, id)
  return isFault(answer) ? answer : { ...head, answer }
}

function readJson(where: string, step: string, text: string, type: string, id: number): RpcAnswer | Fault {
  if (text.trim() === '') {
    return { fault: 'empty_answer', message: `${where} answered ${step} with an empty body.` }
  }
  const reading = readRpc(text, id)
  if (!type.includes('json') && reading.kind !== 'answer') {
    const what = /^\s*</.test(text) ? 'a web page' : type ? `content of type ${type.split(';')[0]}` : 'unknown content'
    return { fault: 'not_json', message: `${where} answered ${step} with ${what} instead of MCP: is the URL right?` }
  }
  return reading.kind === 'answer' ? reading.answer : unusable(where, step, reading)
}

function unusable(
  where: string,
  step: string,
  reading: Exclude<ReturnType<typeof readRpc>, { kind: 'answer' }>,
): Fault {
  if (reading.kind === 'bad_json') {
    return { fault: 'not_json', message: `${where} answered ${step} with text that is no valid JSON.` }
  }
  if (reading.kind === 'wrong_id') {
    return { fault: 'wrong_id', message: `${where} answered ${step} with the id of another request.` }
  }
  return { fault: 'no_result', message: `${where} answered ${step} with neither a result nor an error.` }
}

async function readText(
  connection: Connection,
  sent: Answer,
  maxBytes: number,
  over: 'cut' | 'refuse',
): Promise<{ text: string } | Fault> {
  const chunks: Buffer[] = []
  let bytes = 0
  const fault = await readChunks(connection, sent, (chunk) => {
    bytes += chunk.length
    if (bytes > maxBytes) return over === 'cut' ? 'stop' : tooLarge(connection.where, sent.step)
    chunks.push(chunk)
    return undefined
  })
  return fault ?? { text: Buffer.concat(chunks).toString('utf8') }
}

/** Reads events until the answer with this id comes; the server's own messages ahead of it are passed over. */
async function readStream(connection: Connection, sent: Answer, id: number): Promise<RpcAnswer | Fault> {
  const parser = createSseParser()
  const decoder = new TextDecoder()
  let bytes = 0
  let answer: RpcAnswer | undefined
  let unmatched: Fault | undefined
  const fault = await readChunks(connection, sent, (chunk) => {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) return tooLarge(connection.where, sent.step)
    for (const { data } of parser.push(decoder.decode(chunk, { stream: true }))) {
      const reading = readRpc(data, id)
      if (reading.kind === 'answer') {
        answer = reading.answer
        return 'done'
      }
      if (reading.kind !== 'other') unmatched ??= unusable(connection.where, sent.step, reading)
    }
    return undefined
  })
  if (answer) return answer
  if (unmatched) return unmatched
  if (fault) return fault
  return {
    fault: 'no_answer',
    message: `${connection.where} ended the event stream of ${sent.step} without an answer in it.`,
  }
}

const tooLarge = (where: string, step: string): Fault => ({
  fault: 'too_large',
  message: `${where} answered ${step} with more than ${MAX_BODY_BYTES / 1024 / 1024} MiB.`,
})

/** How long an answered stream may take to end by itself, so that its socket can serve the next request. */
const SETTLE_MS = 20

/** Lets a body that is of no interest end by itself; breaks it off when it does not. */
function settle(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), SETTLE_MS)
    response.on('error', () => {})
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    response.once('end', done)
    response.once('close', done)
    response.resume()
  })
}

/** `done`: what was waited for has come, let the rest end by itself. `stop`: enough, break it off. */
type Step = 'done' | 'stop' | Fault | undefined

/** Feeds the (decompressed) body to `take` until it says done, it ends, the deadline comes or the connection breaks. */
export function readChunks(
  connection: Connection,
  sent: Answer,
  take: (chunk: Buffer) => Step,
): Promise<Fault | undefined> {
  const { response, deadline, step } = sent
  return new Promise((resolve) => {
    const body = decompressed(response)
    const finish = (fault?: Fault) => {
      release()
      resolve(fault)
    }
    const release = deadline.onExpire((cause) => {
      resolve(cause === 'timeout' ? connection.timeout('body', step) : cause)
      response.destroy()
    })
    if (!body) {
      response.destroy()
      return finish({
        fault: 'bad_encoding',
        message: `${connection.where} answered ${step} in an encoding nobody asked for (${response.headers['content-encoding']}).`,
      })
    }
    let enough = false
    body.on('data', (chunk: Buffer) => {
      const next = enough ? undefined : take(chunk)
      if (!next) return
      enough = true
      if (next === 'done' && body === response) return void settle(response).then(() => finish())
      finish(typeof next === 'string' ? undefined : next)
      response.destroy()
      if (body !== response) body.destroy()
    })
    body.on('end', () => finish())
    body.on('error', (error: NodeJS.ErrnoException) => finish(bodyFault(connection, step, error)))
    if (body !== response)
      response.on('error', (error: NodeJS.ErrnoException) => finish(bodyFault(connection, step, error)))
    response.on('close', () => {
      if (!response.complete) finish(bodyFault(connection, step, {}))
    })
  })
}

function bodyFault(connection: Connection, step: string, error: { code?: string | undefined }): Fault {
  if (error.code?.startsWith('Z_') || error.code?.startsWith('ERR__ERROR_FORMAT')) {
    return {
      fault: 'bad_encoding',
      message: `${connection.where} answered ${step} with broken compression (${error.code}).`,
    }
  }
  return {
    fault: 'cut_off',
    message: `${connection.where} broke off the connection in the middle of its answer to ${step}.`,
  }
}

/** Probes ask for no compression; where a proxy compresses all the same, other clients cope, so the probe does too. */
function decompressed(response: IncomingMessage) {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '') return response
  if (encoding === 'gzip' || encoding === 'x-gzip') return response.pipe(createGunzip())
  if (encoding === 'deflate') return response.pipe(createInflate())
  if (encoding === 'br') return response.pipe(createBrotliDecompress())
  return undefined
}
