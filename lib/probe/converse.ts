import { type Channel, modernChannel, sessionChannel } from './channel.ts'
import type { Connection } from './connection.ts'
import type { Deadline } from './deadline.ts'
import { type EraEvidence, eraOf } from './era.ts'
import type { Exchange } from './exchange.ts'
import { type Fault, isFault } from './fault.ts'
import { CLIENT_INFO } from './identity.ts'
import type { ProbeTarget } from './probe-target.ts'
import {
  type Asking,
  answerOf,
  type Findings,
  INITIALIZE_PARAMS,
  initialize,
  keepDiscovery,
  listTools,
} from './session.ts'
import { openSseChannel } from './sse-channel.ts'
import type { Tool } from './tools.ts'

/** Everything one probe holds while it talks. */
export interface Conversation<T> {
  target: ProbeTarget
  connection: Connection
  deadline: Deadline
  findings: Findings
  /** The channel whose session is to be ended. */
  channel?: Channel
  afterwards?: ((asking: Asking, tools: readonly Tool[]) => Promise<T>) | undefined
  afterwardsResult?: T
  /** When the tools were listed, by performance.now(). */
  verdictMs?: number
}

/**
 * Talks to the server in the era it is known or found to have, down to the list of its tools. What earlier probes
 * proved is tried first; when the answer contradicts it, the era is found out anew.
 */
export async function converse<T>(conversation: Conversation<T>): Promise<Fault | undefined> {
  const { target } = conversation
  const known = target.era === 'auto' ? target.known : undefined
  let fault: Fault | undefined | 'mismatch'
  if (target.era === 'legacy') fault = await speakLegacy(conversation, true)
  else if (known?.transport === 'http+sse') fault = await speakSse(conversation)
  else if (known?.era === 'legacy') fault = await speakLegacy(conversation, false)
  else if (known?.era === 'modern') fault = await speakKnownModern(conversation)
  else return finish(conversation, await detect(conversation, true))
  if (fault !== 'mismatch') return finish(conversation, fault)
  if (target.era === 'legacy') return finish(conversation, modernOnly(conversation))
  return finish(conversation, await detect(conversation, known === undefined))
}

async function finish<T>(conversation: Conversation<T>, fault: Fault | undefined): Promise<Fault | undefined> {
  conversation.verdictMs = performance.now()
  const { afterwards, channel, findings } = conversation
  if (fault || !afterwards || !channel) return fault
  conversation.afterwardsResult = await afterwards(askingOf(conversation, channel), findings.toolList ?? [])
  return undefined
}

/** Asks `server/discover` and goes on in the era that the answer proves. */
async function detect<T>(conversation: Conversation<T>, mayBeSse: boolean): Promise<Fault | undefined> {
  const { target, connection, findings } = conversation
  const channel = modernChannel(connection, target.headers)
  const asking = askingOf(conversation, channel)
  const first = await channel.request('server/discover')
  if (isFault(first)) return first
  let exchange: Exchange = first
  let evidence: EraEvidence = eraOf(exchange)
  if (evidence.era === 'modern_again') {
    const again = await channel.request('server/discover')
    if (isFault(again)) return again
    exchange = again
    evidence = eraOf(again)
  }
  if (evidence.era === 'modern' || evidence.era === 'modern_again') {
    const answer = answerOf(asking, exchange, 'server/discover')
    if (isFault(answer)) return answer
    if ('error' in answer) return noCommonVersion(connection.where, [])
    keepDiscovery(findings, answer.result)
    findings.transport = 'streamable-http'
    conversation.channel = channel
    return listTools(asking)
  }
  if (evidence.era === 'unknown_version') return noCommonVersion(connection.where, evidence.supported)
  if (evidence.era === 'inconclusive') {
    const answer = answerOf(asking, exchange, 'server/discover')
    return isFault(answer) ? answer : noCommonVersion(connection.where, [])
  }
  if (target.era === 'modern') return noModern(connection.where)
  const fault = await speakLegacy(conversation, mayBeSse && evidence.era === 'legacy_or_sse')
  return fault === 'mismatch' ? modernOnly(conversation) : fault
}

/** One request is a whole probe of a server known to be modern. */
async function speakKnownModern<T>(conversation: Conversation<T>): Promise<Fault | undefined | 'mismatch'> {
  const { target, connection, findings } = conversation
  const channel = modernChannel(connection, target.headers)
  const asking = askingOf(conversation, channel)
  findings.era = 'modern'
  findings.transport = 'streamable-http'
  findings.protocolVersion = '2026-07-28'
  conversation.channel = channel
  const fault = await listTools(asking)
  if (!fault || !MAY_BE_ANOTHER_ERA.has(fault.fault)) return fault
  conversation.findings = {}
  return 'mismatch'
}

const MAY_BE_ANOTHER_ERA = new Set([
  'wrong_path',
  'method_not_allowed',
  'http_status',
  'degraded',
  'bad_tools',
  'version',
  'prober_error',
])

/** The legacy way; `mismatch` when the server says that it speaks later versions only. */
async function speakLegacy<T>(
  conversation: Conversation<T>,
  mayBeSse: boolean,
): Promise<Fault | undefined | 'mismatch'> {
  const { target, connection, findings } = conversation
  const channel = sessionChannel(connection, target.headers)
  conversation.channel = channel
  const asking = askingOf(conversation, channel)
  const exchange = await channel.request('initialize', { ...INITIALIZE_PARAMS, clientInfo: CLIENT_INFO })
  if (!isFault(exchange)) {
    const evidence = eraOf(exchange)
    if (evidence.era === 'modern_again') return 'mismatch'
    if (evidence.era === 'unknown_version') return noCommonVersion(connection.where, evidence.supported)
    if (mayBeSse && evidence.era === 'legacy_or_sse') {
      const fault = await speakSse(conversation)
      if (fault !== 'mismatch') return fault
      conversation.channel = channel
    }
  }
  findings.transport = 'streamable-http'
  return (await initialize(asking, exchange)) ?? (await listTools(asking))
}

/** HTTP+SSE (2024-11-05); `mismatch` when the path gives no event stream. */
async function speakSse<T>(conversation: Conversation<T>): Promise<Fault | undefined | 'mismatch'> {
  const { target, connection, findings } = conversation
  const channel = await openSseChannel(connection, target)
  if (channel === 'no_stream') return 'mismatch'
  if (isFault(channel)) return channel
  conversation.channel = channel
  findings.transport = 'http+sse'
  const asking = askingOf(conversation, channel)
  const exchange = await channel.request('initialize', { ...INITIALIZE_PARAMS, clientInfo: CLIENT_INFO })
  return (await initialize(asking, exchange)) ?? (await listTools(asking))
}

function askingOf<T>({ target, connection, findings }: Conversation<T>, channel: Channel): Asking {
  return { channel, connection, findings, credentialSent: Object.keys(target.headers).length > 0 }
}

const noCommonVersion = (where: string, supported: string[]): Fault => ({
  fault: 'version',
  message: `${where} speaks no MCP version that the probe knows${supported.length > 0 ? ` (it offers ${supported.slice(0, 5).join(', ')})` : ''}.`,
})

const noModern = (where: string): Fault => ({
  fault: 'version',
  message: `${where} does not speak MCP 2026-07-28, although the probe was told to (probe.era: modern).`,
})

const modernOnly = <T>({ connection }: Conversation<T>): Fault => ({
  fault: 'version',
  message: `${connection.where} refuses the older MCP versions that the probe tried on it; its answers about its versions contradict each other or probe.era is wrong.`,
})
