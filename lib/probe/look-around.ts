import type { DriftState } from '../model/drift.ts'
import type { EcsFacts } from '../model/ecs-facts.ts'
import { ListedTool } from '../model/listed-tool.ts'
import type { ProbeMemory } from '../model/probe-memory.ts'
import type { Labels, Sample } from '../model/sample.ts'
import type { Server } from '../model/server.ts'
import type { Surroundings } from '../model/surroundings.ts'
import { HEALTH_VALUE, type Verdict } from '../model/verdict.ts'
import type { Authenticate } from './auth/authenticate.ts'
import { redactAll } from './auth/credential.ts'
import { watchExpiry } from './auth/watch-expiry.ts'
import { canarySamples } from './canary/canary-samples.ts'
import { driftSamples, judgeDrift } from './drift/judge-drift.ts'
import { isQuiet, summarize, trackDrift } from './drift/track-drift.ts'
import { createGuard } from './guard.ts'
import { askHealthUrls, compareWithVerdict, type HealthAnswer } from './health-url/watch-health-urls.ts'
import { USER_AGENT } from './identity.ts'
import type { ProbeResult } from './probe.ts'
import { type ScrapeResult, scrape } from './scrape/scrape.ts'
import { watchCertificate } from './watch-certificate.ts'

/** Where drift states are kept. `save` answers false when somebody else has written since the state was read. */
export interface DriftStore {
  readDrift(deployment: string): Promise<{ state: DriftState; version: number }>
  saveDrift(deployment: string, state: DriftState, version: number): Promise<boolean>
}

export interface AroundIo extends DriftStore {
  authenticate: Authenticate
  now(): Date
  /** The caller's own time is over: what is under way then is broken off and blamed on nobody. */
  signal?: AbortSignal
}

/** What a server's other URLs answered. */
export interface Beside {
  scraped?: ScrapeResult | undefined
  healthAnswers: HealthAnswer[]
}

/** One probe of a server, judged; without a result when the server asked for patience and the last verdict stands. */
export interface Probed {
  server: Server
  memory: ProbeMemory | undefined
  result: ProbeResult<unknown> | undefined
  verdict: Verdict
  ecs: EcsFacts | undefined
  /** What was asked while the probe ran; without it, it is asked now. */
  beside?: Beside
}

export interface LookedAround {
  /** The verdict, made worse by drift or a failed canary, with notices, and without a trace of the credential. */
  verdict: Verdict
  /** Series to add to those of the verdict. */
  samples: Sample[]
  /** The scrape says `up`: the probe's own must be left out. */
  hasUp: boolean
  surroundings: Surroundings
}

/** What one part of the surroundings contributes. */
interface Part {
  samples: Sample[]
  notices: string[]
  judgement?: Pick<Verdict, 'health' | 'reason' | 'message'>
}

/**
 * Looks at what lies around a server's MCP session: scrape, health URLs, canaries, drift, certificate, credential. All at
 * once, each under its own deadline; whatever servers do ends up in the answer, only storage faults are thrown.
 */
export async function lookAround(seen: Probed, before: Surroundings | undefined, io: AroundIo): Promise<LookedAround> {
  const { server } = seen
  const own: Labels = { ...server.labels, deployment: server.deployment }
  const credential = await lookAtCredential(seen, own, io)
  // A server may echo what it was sent, in its name, its tools or its metrics: here it goes, before anything is kept.
  const hide = <T>(value: T): T => (server.probe.auth.type === 'none' ? value : redactAll(value, credential.redact))
  const probed = { ...seen, result: hide(seen.result), verdict: hide(seen.verdict) }
  const certificateNotAfter = probed.result?.certificate?.notAfter ?? before?.certificateNotAfter
  const [beside, canaries, drift] = await Promise.all([
    seen.beside ?? askBeside(server, io),
    lookAtCanaries(probed, before, own, io),
    lookAtDrift(probed, before, own, io),
  ])
  const certificate: Part = certificateNotAfter
    ? watchCertificate(certificateNotAfter, own, io.now())
    : { samples: [], notices: [] }
  const health = compareWithVerdict(beside.healthAnswers, probed.verdict.health, own)
  const parts: Part[] = [drift, canaries, certificate, credential, partOfScrape(beside), health]
  return {
    verdict: hide(withParts(probed.verdict, parts)),
    samples: hide(parts.flatMap(({ samples }) => samples)),
    hasUp: server.probe.scrape !== undefined,
    surroundings: hide({
      canaries: canaries.results,
      ...(certificateNotAfter && { certificateNotAfter }),
      ...(drift.summary && { drift: drift.summary }),
    }),
  }
}

/** The worst judgement is the verdict; of two equally bad ones the earlier, whose cause lies deeper. */
function withParts(verdict: Verdict, parts: readonly Part[]): Verdict {
  const notices = parts.flatMap((part) => part.notices)
  let worst: Verdict = verdict
  for (const { judgement } of parts) {
    if (!judgement) continue
    if (HEALTH_VALUE[judgement.health] < HEALTH_VALUE[worst.health]) worst = { ...worst, ...judgement, layer: 'tools' }
    else notices.push(judgement.message)
  }
  return notices.length > 0 ? { ...worst, notices } : worst
}

async function lookAtCredential({ server }: Probed, own: Labels, io: AroundIo) {
  const { endpoint, probe } = server
  const answer = await io.authenticate({ endpoint, auth: probe.auth })
  if (!answer.ok) return { samples: [], notices: [], redact: (text: string) => text }
  return { ...watchExpiry(answer.credential, own, io.now()), redact: answer.credential.redact }
}

/** Asks a server's other URLs, which open no session: its metrics and its health documents, all at once. */
export async function askBeside(server: Server, io: Pick<AroundIo, 'authenticate' | 'now'>): Promise<Beside> {
  const { endpoint, deployment, labels, probe } = server
  const { host, healthUrls } = probe
  if (!probe.scrape && healthUrls.length === 0) return { healthAnswers: [] }
  const wantsAuth = probe.scrape?.sendAuth || healthUrls.some(({ sendAuth }) => sendAuth)
  const request = {
    guard: createGuard(probe.allowAddresses),
    headers: wantsAuth ? await headersOf(server, io) : {},
    userAgent: USER_AGENT,
    nowMs: io.now().getTime(),
  }
  const [scraped, healthAnswers] = await Promise.all([
    probe.scrape && scrape({ endpoint, deployment, labels, host }, probe.scrape, request),
    askHealthUrls({ endpoint, host }, healthUrls, request),
  ])
  return { scraped, healthAnswers }
}

function partOfScrape({ scraped }: Beside): Part {
  const { samples = [], message, notice } = scraped ?? {}
  return { samples, notices: [message, notice].filter((text) => text !== undefined) }
}

async function lookAtCanaries(
  { server, memory, result }: Probed,
  before: Surroundings | undefined,
  own: Labels,
  io: AroundIo,
) {
  const { canaries } = server.probe
  const last = (before?.canaries ?? []).filter((one) => canaries.some(({ name }) => name === one.canary))
  const isOpen = result !== undefined && !result.fault
  const call = async () => {
    // JSONPath and RE2 are loaded only where canaries are called: they are a fifth of the function.
    const { callDueCanaries } = await import('./canary/canary-session.ts')
    return callDueCanaries(server, memory, last, io)
  }
  const results = isOpen && canaries.length > 0 ? await call() : last
  const bad = results.filter(({ outcome }) => outcome !== 'passed')
  const [failed] = bad.filter(({ outcome }) => outcome === 'failed')
  return {
    results,
    samples: canarySamples(results, own),
    notices: bad.filter((one) => one !== failed).map(({ message }) => message),
    ...(failed && { judgement: { health: 'warning' as const, reason: 'canary', message: failed.message } }),
  }
}

async function lookAtDrift(
  { server, result, ecs }: Probed,
  before: Surroundings | undefined,
  own: Labels,
  io: AroundIo,
) {
  const { deployment, probe } = server
  const summary = before?.drift
  if (!probe.drift.enabled) return { samples: [], notices: [], summary: undefined }
  const tools = result?.fault ? undefined : result?.toolList
  const sighting = tools && {
    tools: tools.map((tool) => ListedTool.safeParse(tool).data ?? { name: tool.name, inputSchema: tool.inputSchema }),
    serverVersion: result?.server?.version,
    // The registry learns of a rollout minutes after ECS does.
    taskDefinition: ecs?.taskDefinition ?? server.taskDefinition,
    isRollingOut: ecs?.rolloutState === 'IN_PROGRESS',
    at: io.now(),
  }
  if (summary?.isSettled && (!sighting || isQuiet(summary, sighting, probe.drift))) {
    return { samples: driftSamples('settled', own), notices: [], summary }
  }
  const { state, version } = await io.readDrift(deployment)
  const tracked = sighting ? trackDrift(state, sighting, probe.drift) : { state, hasChanged: false }
  const isSaved = !tracked.hasChanged || (await io.saveDrift(deployment, tracked.state, version))
  // Somebody accepted the drift in this moment, or an overlapping poll was faster: the next one sees what stands.
  const standing = isSaved ? tracked.state : state
  const judgement = judgeDrift(standing, deployment)
  return {
    samples: driftSamples(standing, own),
    notices: [],
    summary: isSaved ? summarize(standing) : undefined,
    ...(judgement && { judgement }),
  }
}

async function headersOf(
  { endpoint, probe }: Server,
  io: Pick<AroundIo, 'authenticate'>,
): Promise<Record<string, string>> {
  const answer = await io.authenticate({ endpoint, auth: probe.auth })
  return answer.ok ? answer.credential.headersFor(endpoint) : {}
}
