import type { Health, Layer, Timings } from '../model/verdict.ts'
import type { SessionEnd } from './channel.ts'
import { openConnection } from './connection.ts'
import { type Conversation, converse } from './converse.ts'
import { startDeadline } from './deadline.ts'
import { type Fault, meaningOf } from './fault.ts'
import { createGuard } from './guard.ts'
import type { Operation } from './operation-histogram.ts'
import type { ProbeTarget } from './probe-target.ts'
import type { Asking, Findings } from './session.ts'
import { type Tool, toolsHash } from './tools.ts'

export interface ProbeOptions<T = undefined> {
  /** The caller's own time is over: the result is then a `prober_error`. */
  signal?: AbortSignal
  /** PEM certificates to trust besides the public ones. */
  ca?: string
  /** Runs in the open session once the tools are listed, such as canary calls. Must not throw. */
  afterwards?: (asking: Asking, tools: readonly Tool[]) => Promise<T>
}

/** What one MCP session under a deadline showed. Whatever the server does is in here; nothing is thrown. */
export interface ProbeResult<T = undefined> {
  /** Absent when the server listed its tools (or what it announces instead). */
  fault?: Fault
  layer?: Layer
  era?: 'legacy' | 'modern'
  protocolVersion?: string
  transport?: 'streamable-http' | 'http+sse'
  server?: { name: string; version: string }
  tools?: number
  toolsHash?: string
  toolList?: Tool[]
  /** How long `tools/list` took, and how it failed. */
  operation?: Operation
  /** From the start to the last answer; ending the session afterwards is not part of it. */
  timings: Timings
  requests: number
  session: SessionEnd
  /** A session may have been opened whose id the probe never heard. */
  maybeLeaked: boolean
  certificate?: { notAfter: string }
  /** Status and challenge of a 401 or 403. */
  refusal?: { status: number; wwwAuthenticate?: string }
  /** What the credential's own story makes of the result; it goes before the fault. */
  auth?: { health: Health; reason: string; message: string }
  afterwards?: T
  at: string
}

/**
 * Probes one MCP server: finds out its era, lists its tools, ends the session. Takes at most `timeoutMs` to the verdict
 * and 1.5 s more to end the session. Never throws for what the server does.
 */
export async function probe<T = undefined>(
  target: ProbeTarget,
  options: ProbeOptions<T> = {},
): Promise<ProbeResult<T>> {
  const at = new Date().toISOString()
  const startedAt = performance.now()
  const deadline = startDeadline(target.timeoutMs, options.signal)
  const connection = openConnection({
    endpoint: new URL(target.endpoint),
    ...(target.host && { host: target.host }),
    guard: createGuard(target.allowAddresses),
    deadline,
    timeoutMs: target.timeoutMs,
    ...(options.ca && { ca: options.ca }),
  })
  const conversation: Conversation<T> = { target, connection, deadline, findings: {}, afterwards: options.afterwards }
  const fault = await converse(conversation)
  const totalMs =
    conversation.verdictMs === undefined ? performance.now() - startedAt : conversation.verdictMs - startedAt
  const session = (await conversation.channel?.end()) ?? 'none'
  deadline.clear()
  connection.close()
  return {
    ...(fault && hiddenFault(fault, target.headers)),
    ...describe(conversation.findings),
    timings: rounded({ ...connection.timings, totalMs }),
    requests: connection.requests,
    session,
    maybeLeaked: session === 'none' && fault?.fault === 'timeout' && fault.message.includes('(initialize)'),
    ...(connection.certificate && { certificate: connection.certificate }),
    ...(conversation.afterwardsResult !== undefined && { afterwards: conversation.afterwardsResult }),
    at,
  } as ProbeResult<T>
}

/** The result of a probe that was not made, because the prober had no credential for it. */
export function unprobed(now: Date): ProbeResult<never> {
  return {
    fault: { fault: 'prober_error', message: 'The server was not asked.' },
    timings: { totalMs: 0 },
    requests: 0,
    session: 'none',
    maybeLeaked: false,
    at: now.toISOString(),
  }
}

function describe({ capabilities: _, toolsText, ...findings }: Findings) {
  const { toolList } = findings
  return { ...findings, ...(toolList && { tools: toolList.length, toolsHash: toolsHash(toolList, toolsText) }) }
}

/** A server may echo what it was sent: no value of a header stays in a message. */
function hiddenFault(fault: Fault, headers: ProbeTarget['headers']): { fault: Fault; layer?: Layer } {
  const secrets = Object.values(headers).flatMap((value) => [value, value.replace(/^\S+\s+/, '')])
  const message = secrets
    .filter((secret) => secret.length >= 4)
    .reduce((text, secret) => text.replaceAll(secret, '[hidden]'), fault.message)
  const { layer } = meaningOf(fault)
  return { fault: { ...fault, message }, ...(layer && { layer }) }
}

/** Milliseconds with one decimal: more is noise. */
function rounded(timings: Timings): Timings {
  const round = (ms: number) => Math.round(Math.max(0, ms) * 10) / 10
  const { dnsMs, connectMs, tlsMs, firstByteMs, totalMs } = timings
  return {
    ...(dnsMs !== undefined && { dnsMs: round(dnsMs) }),
    ...(connectMs !== undefined && { connectMs: round(connectMs) }),
    ...(tlsMs !== undefined && { tlsMs: round(tlsMs) }),
    ...(firstByteMs !== undefined && { firstByteMs: round(firstByteMs) }),
    totalMs: round(totalMs),
  }
}
