import picomatch from 'picomatch'
import type { HealthUrlSettings } from '../../model/probe-settings.ts'
import type { Labels, Sample } from '../../model/sample.ts'
import type { Health } from '../../model/verdict.ts'
import type { Guard } from '../guard.ts'
import { placeAt, plainRequest } from '../plain-request.ts'
import { type HealthReading, readHealth } from './read-health.ts'

const MAX_BYTES = 256 * 1024

/** What one health URL answered; `fault` says why there is no reading. */
export interface HealthAnswer {
  name: string
  reading?: HealthReading
  fault?: string
}

export interface HealthIo {
  guard: Guard
  userAgent: string
  headers: Readonly<Record<string, string>>
}

/** Asks all declared health URLs of a server at once. Credentials go along only where declared, to the own origin only. */
export function askHealthUrls(
  server: { endpoint: string; host?: string | undefined },
  urls: readonly HealthUrlSettings[],
  io: HealthIo,
): Promise<HealthAnswer[]> {
  return Promise.all(urls.map((settings) => askOne(server, settings, io)))
}

async function askOne(
  server: { endpoint: string; host?: string | undefined },
  settings: HealthUrlSettings,
  io: HealthIo,
): Promise<HealthAnswer> {
  const url = placeAt(server.endpoint, settings.url)
  const isOwnOrigin = url.origin === new URL(server.endpoint).origin
  const answer = await plainRequest({
    url: url.href,
    headers: {
      ...(settings.sendAuth && isOwnOrigin ? io.headers : {}),
      accept: 'application/health+json, application/json, text/plain;q=0.5, */*;q=0.1',
      'user-agent': io.userAgent,
    },
    ...(isOwnOrigin && { host: server.host }),
    timeoutMs: settings.timeoutMs,
    maxBytes: MAX_BYTES,
    step: 'the health check',
    guard: io.guard,
  })
  if (!answer.ok) return { name: settings.name, fault: answer.message }
  const reading = readHealth(answer.status, answer.body)
  const isIgnored = settings.ignore.length > 0 ? picomatch(settings.ignore) : () => false
  return { name: settings.name, reading: withoutIgnored(reading, isIgnored) }
}

/** Without ignored parts the others decide, so that one unimportant part does not fail the whole document. */
function withoutIgnored(reading: HealthReading, isIgnored: (check: string) => boolean): HealthReading {
  const checks = reading.checks.filter(({ check }) => !isIgnored(check))
  if (checks.length === reading.checks.length) return reading
  const worst = checks.reduce<1 | 0.5 | 0>((least, { value }) => (value < least ? value : least), 1)
  return { ...reading, checks, value: worst }
}

/**
 * The answers as series, and a sentence for each that says otherwise than the MCP session did. The verdict stays the
 * session's: many a /health is green over a dead backend, and some /ready are red on an idle, healthy server.
 */
export function compareWithVerdict(
  answers: readonly HealthAnswer[],
  mcp: Health,
  own: Labels,
): { samples: Sample[]; notices: string[] } {
  const samples: Sample[] = []
  const notices: string[] = []
  for (const { name: url, reading, fault } of answers) {
    const sample = (name: string, value: number, labels: Labels = {}) =>
      samples.push({ labels: { ...own, url, ...labels, __name__: name }, value })
    sample('mcp_deployment_health_url', reading?.value ?? 0, { check: 'all' })
    for (const { check, value } of reading?.checks ?? []) sample('mcp_deployment_health_url', value, { check })
    const disagreement = disagreementOf(url, reading, fault, mcp)
    if (mcp !== 'unknown') sample('mcp_deployment_health_url_disagrees', disagreement ? 1 : 0)
    if (disagreement) notices.push(disagreement)
    if (reading && reading.leftOut > 0)
      notices.push(`${url} has ${reading.leftOut} sub-checks too many; they are left out.`)
  }
  return { samples, notices }
}

function disagreementOf(
  url: string,
  reading: HealthReading | undefined,
  fault: string | undefined,
  mcp: Health,
): string | undefined {
  if (mcp === 'critical' && reading?.value === 1) return `${url} says that all is well, but the MCP session fails.`
  if (mcp !== 'healthy' || reading?.value === 1) return undefined
  if (fault !== undefined) return `The MCP session is healthy, but ${url} is not: ${fault.replace(/\.$/, '')}.`
  const sick = (reading?.checks ?? []).filter(({ value }) => value < 1).map(({ check }) => check)
  const named = sick.length > 0 ? ` (${sick.slice(0, 5).join(', ')}${sick.length > 5 ? ', …' : ''})` : ''
  return `The MCP session is healthy, but ${url} says ${reading?.value === 0 ? 'failing' : 'degraded'}${named}.`
}
