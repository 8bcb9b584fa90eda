import type { WebhookPayload } from '../model/notification.ts'

export const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What every message says, whatever its form. Texts are as the user wrote them: each channel escapes for itself. */
export interface Description {
  status: 'firing' | 'resolved'
  /** `FIRING: McpServerDown on payments-mcp`, in one line. */
  headline: string
  alertname: string
  deployment: string | undefined
  severity: Severity
  /** Summary and description as far as there are any; of a resolved alert they say what was. */
  texts: string[]
  startedAt: Date
  /** Only when resolved. */
  endedAt: Date | undefined
  runbookUrl: string | undefined
  dashboardUrl: string | undefined
  /** Labels that are not said already, sorted by name. */
  otherLabels: [name: string, value: string][]
  receiver: string
}

/** Reads from a payload what people need first: what, where, how bad, since when, and what to do. */
export function describe(payload: WebhookPayload): Description {
  const { status } = payload
  const labels = withoutEmpty(payload.commonLabels)
  const annotations = withoutEmpty(payload.commonAnnotations)
  const alertname = labels.alertname ?? 'Alert'
  const deployment = labels.deployment
  const said = ['alertname', 'deployment', 'severity']
  return {
    status,
    headline: `${status.toUpperCase()}: ${alertname}${deployment ? ` on ${deployment}` : ''}`.replaceAll(/\s+/g, ' '),
    alertname,
    deployment,
    severity: severityOf(labels.severity),
    texts: textsOf([annotations.summary ?? annotations.message, annotations.description], status),
    startedAt: new Date(Math.min(...payload.alerts.map((alert) => Date.parse(alert.startsAt)))),
    endedAt:
      status === 'resolved'
        ? new Date(Math.max(...payload.alerts.map((alert) => Date.parse(alert.endsAt))))
        : undefined,
    runbookUrl: webUrl(annotations.runbook_url ?? annotations.runbook),
    dashboardUrl: webUrl(annotations.dashboard_url ?? annotations.dashboard) ?? webUrl(payload.externalURL),
    otherLabels: Object.entries(labels)
      .filter(([name]) => !said.includes(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    receiver: payload.receiver,
  }
}

function textsOf(texts: (string | undefined)[], status: Description['status']): string[] {
  const said = texts.filter((text) => text !== undefined)
  return status === 'firing' ? said : said.map((text, index) => (index === 0 ? `Was: ${text}` : text))
}

/** PagerDuty's four severities; an alert without one, or with one of the user's own, counts as an error. */
export function severityOf(label: string | undefined): Severity {
  const text = label?.toLowerCase()
  if (text === 'page') return 'critical'
  if (text === 'none' || text === 'information') return 'info'
  return SEVERITIES.find((severity) => severity === text) ?? 'error'
}

/** Only http and https become links: a label must not smuggle in another scheme. */
function webUrl(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined
}

/** At most so many UTF-16 units, an ellipsis where something is missing, never half a character. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text
  return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** An empty label or annotation says no more than a missing one. Broken characters would make the JSON unreadable. */
function withoutEmpty(texts: Record<string, string>): Record<string, string> {
  const said = Object.entries(texts).filter(([, text]) => text.trim() !== '')
  return Object.fromEntries(said.map(([name, text]) => [name, text.toWellFormed()]))
}

/** `2 h 5 min`, `5 min 30 s`, `12 s`: how long something lasted, to two units. */
export function formatSpan(spanMs: number): string {
  const seconds = Math.max(0, Math.round(spanMs / 1000))
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}

/** `2026-11-21 09:05:00 UTC`, since people in several time zones read the same message. */
export function formatTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
