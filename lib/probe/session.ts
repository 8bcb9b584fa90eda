import type { Channel } from './channel.ts'
import type { Connection } from './connection.ts'
import { isLegacyVersion, LEGACY_VERSION, MODERN_VERSION } from './era.ts'
import type { Exchange } from './exchange.ts'
import { type Fault, isFault } from './fault.ts'
import { type Asked, httpFault } from './http-fault.ts'
import { isRecord, type RpcAnswer } from './json-rpc.ts'
import type { Operation } from './operation-histogram.ts'
import { readTools, type Tool } from './tools.ts'

/** More pages than any server of use has; a server that goes on for ever must not hold the probe. */
const MAX_PAGES = 20
const MAX_TOOLS = 10_000

/** What a session shows of the server, filled in as the probe learns it, so that a fault later on keeps it. */
export interface Findings {
  era?: 'legacy' | 'modern'
  transport?: 'streamable-http' | 'http+sse'
  protocolVersion?: string
  server?: { name: string; version: string }
  capabilities?: Record<string, unknown>
  toolList?: Tool[]
  /** The answer that held all of them, if it was one. */
  toolsText?: string
  /** The last `tools/list`. */
  operation?: Operation
  /** The answer that a fault was read from, for those who know more of credentials. */
  refusal?: { status: number; wwwAuthenticate?: string }
}

export interface Asking {
  channel: Channel
  connection: Connection
  credentialSent: boolean
  findings: Findings
}

/** Sends a request and gives its result, or the fault that stands in its way. */
export async function ask(
  asking: Asking,
  method: string,
  params?: Record<string, unknown>,
): Promise<RpcAnswer | Fault> {
  const exchange = await asking.channel.request(method, params)
  return isFault(exchange) ? exchange : answerOf(asking, exchange, method)
}

/** The JSON-RPC answer of an exchange; an HTTP error is read as what it says of the server. */
export function answerOf(asking: Asking, exchange: Exchange, step: string): RpcAnswer | Fault {
  if (exchange.answer) return exchange.answer
  if (exchange.status === 401 || exchange.status === 403) {
    const wwwAuthenticate = exchange.headers['www-authenticate']
    asking.findings.refusal = { status: exchange.status, ...(wwwAuthenticate !== undefined && { wwwAuthenticate }) }
  }
  return httpFault(exchange, askedOf(asking, step))
}

const askedOf = ({ channel, connection, credentialSent }: Asking, step: string): Asked => ({
  where: connection.where,
  step,
  inSession: channel.inSession(),
  credentialSent,
})

/** Opens a legacy session: `initialize`, then `notifications/initialized` (specification 2025-11-25, "Lifecycle"). */
export async function initialize(asking: Asking, exchange: Exchange | Fault): Promise<Fault | undefined> {
  const { channel, findings, connection } = asking
  if (isFault(exchange)) return exchange
  const answer = answerOf(asking, exchange, 'initialize')
  if (isFault(answer)) return answer
  if ('error' in answer) return rpcFault(connection.where, 'initialize', answer.error, 'protocol')
  const result = isRecord(answer.result) ? answer.result : {}
  findings.era = 'legacy'
  Object.assign(findings, serverOf(result.serverInfo))
  if (isRecord(result.capabilities)) findings.capabilities = result.capabilities
  if (!isLegacyVersion(result.protocolVersion)) {
    return {
      fault: 'version',
      message: `${connection.where} answered initialize with ${shown(result.protocolVersion)} as protocol version, which the probe does not know.`,
    }
  }
  findings.protocolVersion = result.protocolVersion
  channel.agree(result.protocolVersion)
  const noted = await channel.notify('notifications/initialized')
  if (isFault(noted)) return noted
  return noted.status < 300 ? undefined : httpFault(noted, askedOf(asking, 'notifications/initialized'))
}

export const INITIALIZE_PARAMS = {
  protocolVersion: LEGACY_VERSION,
  capabilities: {},
} as const

/** Lists all tools: the health signal, since proxies answer everything else by themselves (ping, initialize, discover). */
export async function listTools(asking: Asking): Promise<Fault | undefined> {
  const { findings, connection } = asking
  if (findings.capabilities && !('tools' in findings.capabilities)) return listOther(asking)
  const tools: Tool[] = []
  const cursors = new Set<string>()
  let cursor: string | undefined
  do {
    if (cursor !== undefined) cursors.add(cursor)
    const page = await readPage(asking, cursor)
    if (isFault(page)) return page
    tools.push(...page.tools)
    if (tools.length > MAX_TOOLS) return tooMany(connection.where)
    if (page.nextCursor === undefined) findings.toolList = tools
    if (page.nextCursor === undefined && cursor === undefined && page.text) findings.toolsText = page.text
    cursor = page.nextCursor
  } while (cursor !== undefined && !cursors.has(cursor) && cursors.size < MAX_PAGES - 1)
  if (cursor === undefined) return undefined
  return {
    fault: 'endless_pages',
    message: `${connection.where} never ends its list of tools: after ${cursors.size + 1} pages the cursor ${cursors.has(cursor) ? 'repeats' : 'still goes on'}.`,
  }
}

async function readPage(asking: Asking, cursor: string | undefined) {
  const { findings, connection } = asking
  const startedAt = performance.now()
  const answer = await ask(asking, 'tools/list', cursor === undefined ? undefined : { cursor })
  findings.operation = operationOf(answer, startedAt)
  if (isFault(answer)) return answer
  if ('error' in answer) return rpcFault(connection.where, 'tools/list', answer.error, 'tools')
  if (!findings.server) keepServerInfo(findings, answer.result)
  const list = readTools(answer.result)
  if (list) return { ...list, text: answer.text }
  return {
    fault: 'bad_tools' as const,
    message: `${connection.where} answered tools/list with no list of named tools.`,
  }
}

/** `error.type` as OpenTelemetry has it: the JSON-RPC code, else a word of few. */
function operationOf(answer: RpcAnswer | Fault, startedAt: number): Operation {
  const errorType = isFault(answer) ? answer.fault : 'error' in answer ? String(answer.error.code) : undefined
  return { seconds: (performance.now() - startedAt) / 1000, ...(errorType !== undefined && { errorType }) }
}

/** A server that announces no tools proves its health by what it does announce. */
async function listOther(asking: Asking): Promise<Fault | undefined> {
  const { capabilities = {}, era } = asking.findings
  const method =
    'resources' in capabilities
      ? 'resources/list'
      : 'prompts' in capabilities
        ? 'prompts/list'
        : era === 'legacy'
          ? 'ping'
          : ''
  asking.findings.toolList = []
  if (method === '') return undefined
  const answer = await ask(asking, method)
  if (isFault(answer)) return answer
  return 'error' in answer ? rpcFault(asking.connection.where, method, answer.error, 'tools') : undefined
}

export function keepDiscovery(findings: Findings, result: unknown): void {
  const discovered = isRecord(result) ? result : {}
  findings.era = 'modern'
  findings.protocolVersion = MODERN_VERSION
  if (isRecord(discovered.capabilities)) findings.capabilities = discovered.capabilities
  keepServerInfo(findings, result)
}

/** Modern servers name themselves in `_meta` of any result. */
export function keepServerInfo(findings: Findings, result: unknown): void {
  const meta = isRecord(result) && isRecord(result._meta) ? result._meta : {}
  Object.assign(findings, serverOf(meta['io.modelcontextprotocol/serverInfo']))
}

function serverOf(info: unknown): Pick<Findings, 'server'> {
  if (!isRecord(info) || typeof info.name !== 'string') return {}
  const version = typeof info.version === 'string' ? info.version : ''
  return { server: { name: info.name.slice(0, 200), version: version.slice(0, 100) } }
}

function rpcFault(
  where: string,
  step: string,
  error: { code: number; message: string },
  layer: 'protocol' | 'tools',
): Fault {
  const words = error.message.replace(/\s+/g, ' ').slice(0, 120)
  return {
    fault: 'degraded',
    layer,
    message: `${where} answers, but fails at ${step}: error ${error.code}${words && ` “${words}”`}. What stands behind it is probably dead.`,
  }
}

const tooMany = (where: string): Fault => ({
  fault: 'too_large',
  message: `${where} lists more than ${MAX_TOOLS} tools.`,
})

const shown = (value: unknown) => (typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'nothing usable')
