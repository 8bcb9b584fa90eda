import { type Channel, headersFor } from './channel.ts'
import type { Answer, Connection } from './connection.ts'
import { type Exchange, MAX_BODY_BYTES, readChunks, readExchange } from './exchange.ts'
import { type Fault, isFault } from './fault.ts'
import { httpFault } from './http-fault.ts'
import { type RpcAnswer, readRpc } from './json-rpc.ts'
import type { ProbeTarget } from './probe-target.ts'
import { createSseParser } from './sse.ts'

/** A promise and the function that settles it. */
interface Waiting<T> {
  promise: Promise<T>
  settle(value: T): void
}

/**
 * HTTP+SSE (specification 2024-11-05): a GET opens the stream that names the POST address and then carries the answers.
 * The session ends with the stream. `no_stream` when the GET gives no event stream, so that this is another transport.
 */
export async function openSseChannel(
  connection: Connection,
  target: ProbeTarget,
): Promise<Channel | Fault | 'no_stream'> {
  connection.widen()
  const headers = headersFor(target.headers)
  headers.accept = 'text/event-stream'
  const sent = await connection.send({ method: 'GET', headers, step: 'GET of the event stream' })
  if (isFault(sent)) return sent
  const type = sent.response.headers['content-type'] ?? ''
  if (sent.response.statusCode !== 200 || !type.startsWith('text/event-stream'))
    return refused(connection, target, sent)
  const endpoint = waiting<string | Fault>()
  const answers = new Map<number, Waiting<RpcAnswer | Fault>>()
  let over: Fault | undefined
  const decoder = new TextDecoder()
  const parser = createSseParser()
  let bytes = 0
  const takeEvent = (event: string, data: string) => {
    if (event === 'endpoint') return endpoint.settle(data)
    for (const [id, waiter] of answers) {
      const reading = readRpc(data, id)
      if (reading.kind === 'answer') waiter.settle(reading.answer)
    }
  }
  const endAll = (fault: Fault) => {
    over = fault
    endpoint.settle(fault)
    for (const waiter of answers.values()) waiter.settle(fault)
  }
  void readChunks(connection, sent, (chunk) => {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) {
      return { fault: 'too_large', message: `${connection.where} sent more than ${MAX_BODY_BYTES / 1024 / 1024} MiB.` }
    }
    for (const { event, data } of parser.push(decoder.decode(chunk, { stream: true }))) takeEvent(event, data)
    return undefined
  }).then((fault) =>
    endAll(
      fault ?? { fault: 'no_answer', message: `${connection.where} ended its event stream without an answer in it.` },
    ),
  )

  const named = await endpoint.promise
  if (typeof named !== 'string') return named
  const path = postPath(target.endpoint, named)
  if (path === undefined) {
    return {
      fault: 'redirect',
      message: `${connection.where} names another origin for its POST address; the probe does not follow, so that no credential leaves its origin.`,
    }
  }

  let lastId = 0
  const post = async (message: object, step: string): Promise<Exchange | Fault> => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    const posted = await connection.send({ method: 'POST', path, headers: headersFor(target.headers), body, step })
    return isFault(posted) ? posted : readExchange(connection, posted)
  }
  return {
    async request(method, params) {
      lastId += 1
      if (over) return over
      const waiter = waiting<RpcAnswer | Fault>()
      answers.set(lastId, waiter)
      const posted = await post({ id: lastId, method, ...(params && { params }) }, method)
      if (isFault(posted) || posted.status >= 300) return posted
      const answer = await waiter.promise
      answers.delete(lastId)
      return isFault(answer) ? answer : { ...posted, answer }
    },
    notify: (method) => post({ method }, method),
    agree: () => {},
    inSession: () => true,
    end() {
      sent.response.destroy()
      return Promise.resolve('none')
    },
  }

  function waiting<T>(): Waiting<T> {
    let settle: (value: T) => void = () => {}
    const promise = new Promise<T>((resolve) => {
      settle = resolve
    })
    return { promise, settle }
  }
}

/** What a GET that gives no stream means: another transport, or the same refusal that a POST would have met. */
async function refused(connection: Connection, target: ProbeTarget, sent: Answer): Promise<Fault | 'no_stream'> {
  const exchange = await readExchange(connection, sent)
  if (isFault(exchange)) return exchange
  const { status } = exchange
  if (status < 300 || [400, 404, 405, 406].includes(status)) return 'no_stream'
  const credentialSent = Object.keys(target.headers).length > 0
  return httpFault(exchange, { where: connection.where, step: sent.step, inSession: false, credentialSent })
}

/** Path and query of the POST address; undefined when it lies on another origin. */
function postPath(endpoint: string, named: string): string | undefined {
  if (!URL.canParse(named, endpoint)) return undefined
  const url = new URL(named, endpoint)
  return url.origin === new URL(endpoint).origin ? url.pathname + url.search : undefined
}
