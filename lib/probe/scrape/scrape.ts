import type { ScrapeSettings } from '../../model/probe-settings.ts'
import type { Labels, Sample } from '../../model/sample.ts'
import type { Guard } from '../guard.ts'
import { placeAt, plainRequest } from '../plain-request.ts'
import { DROP_REASONS, keepSeries } from './keep-series.ts'
import { parseExposition } from './parse-exposition.ts'

/** Some 40,000 samples; a poll of fifty servers must fit into the memory of one function. */
const MAX_BYTES = 4 * 1024 * 1024
/** Names in the form every rule can select: a server with dots in its names is asked to write underscores. */
const ACCEPT =
  'application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.9,text/plain;version=0.0.4;escaping=underscores;q=0.5'

export interface ScrapeTarget {
  endpoint: string
  deployment: string
  /** Labels of the server besides `deployment`; they go on every scraped series. */
  labels: Labels
  host?: string | undefined
}

export interface ScrapeResult {
  ok: boolean
  /** Of a failed scrape: what went wrong, in a sentence. */
  message?: string
  /** The server's series and what is said of the scrape itself: `up`, duration, samples read and dropped. */
  samples: Sample[]
  /** What was left out and why, for the verdict; absent when nothing was. */
  notice?: string
}

/**
 * Reads a server's own Prometheus metrics once. Every outcome yields `up` (1 or 0); a failed scrape yields no series of
 * the server, so that those it had end, as in Prometheus. `headers` are the probe's credentials: they go along only when
 * the settings say so and the place lies on the endpoint's own origin.
 */
export async function scrape(
  target: ScrapeTarget,
  settings: ScrapeSettings,
  io: { guard: Guard; headers?: Readonly<Record<string, string>>; userAgent: string; nowMs: number },
): Promise<ScrapeResult> {
  const url = placeAt(target.endpoint, settings.url)
  const isOwnOrigin = url.origin === new URL(target.endpoint).origin
  const own: Labels = { ...target.labels, deployment: target.deployment }
  const targetLabels: Labels = { ...own, job: 'mcp-server', instance: url.host }
  const up = (value: number): Sample => ({ labels: { ...targetLabels, __name__: 'up' }, value })
  const failed = (message: string): ScrapeResult => ({ ok: false, message, samples: [up(0)] })

  const answer = await plainRequest({
    url: url.href,
    headers: {
      ...(settings.sendAuth && isOwnOrigin ? io.headers : {}),
      accept: ACCEPT,
      'user-agent': io.userAgent,
      'x-prometheus-scrape-timeout-seconds': String(settings.timeoutMs / 1000),
    },
    ...(isOwnOrigin && { host: target.host }),
    timeoutMs: settings.timeoutMs,
    maxBytes: MAX_BYTES,
    step: 'the scrape',
    guard: io.guard,
  })
  // Our own lack of sockets or time says nothing about the server: no `up` at all.
  if (!answer.ok && answer.reason === 'prober_error') return { ok: false, message: answer.message, samples: [] }
  if (!answer.ok) return failed(`The scrape of ${url.pathname} failed: ${answer.message}`)
  if (answer.status !== 200) return failed(`The scrape of ${url.pathname} failed: HTTP status ${answer.status}.`)
  const exposition = parseExposition(answer.body, answer.headers['content-type'])
  if (!exposition.ok) {
    const { line, column, message } = exposition.problem
    return failed(
      `The metrics at ${url.pathname} cannot be read: ${line > 0 ? `line ${line}, column ${column}: ` : ''}${message}.`,
    )
  }

  const kept = keepSeries(exposition.samples, settings, targetLabels, io.nowMs)
  const said = (name: string, value: number, labels: Labels = {}): Sample => ({
    labels: { ...targetLabels, ...labels, __name__: name },
    value,
  })
  const drops = DROP_REASONS.filter((reason) => kept.dropped[reason] > 0)
  return {
    ok: true,
    samples: [
      ...kept.samples,
      up(1),
      said('scrape_duration_seconds', answer.durationMs / 1000),
      said('scrape_samples_scraped', exposition.samples.length),
      ...DROP_REASONS.map(
        (reason): Sample => ({
          labels: { ...own, reason, __name__: 'fleetwatch_scrape_samples_dropped' },
          value: kept.dropped[reason],
        }),
      ),
    ],
    ...(drops.length > 0 && {
      notice: `Scrape: left out ${drops.map((reason) => `${kept.dropped[reason]} samples (${reason})`).join(', ')}.`,
    }),
  }
}
