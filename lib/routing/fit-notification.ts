import { createHash } from 'node:crypto'
import type { Notification, WebhookPayload } from '../model/notification.ts'
import type { Labels } from '../model/sample.ts'

/** SNS and SQS take 262,144 bytes; the rest is room for attributes and for JSON within JSON. */
export const NOTIFICATION_BYTES = 200_000
/** Longest text that is left of a label or annotation, in the order of attempts. */
const TEXT_LIMITS = [10_000, 1000, 100]
const GROUP_KEY_LIMIT = 10_000

/**
 * The notification as it fits into a message. One that is too large would be refused by SNS at every run and hold up all
 * others, so its longest texts are shortened until it fits, and an annotation says so.
 */
export function fitNotification(notification: Notification): Notification {
  let fitted = notification
  for (const limit of TEXT_LIMITS) {
    if (Buffer.byteLength(JSON.stringify(fitted)) <= NOTIFICATION_BYTES) return fitted
    fitted = { ...notification, payload: shortenTexts(notification.payload, limit) }
  }
  if (Buffer.byteLength(JSON.stringify(fitted)) <= NOTIFICATION_BYTES) return fitted
  // So many labels that even their beginnings are too long together: who and where must do.
  return { ...fitted, payload: withFewLabels(fitted.payload) }
}

/** A groupKey within reason: the beginning, which people read, and a hash of the whole, which keeps it unique. */
export function fitGroupKey(groupKey: string): string {
  if (groupKey.length <= GROUP_KEY_LIMIT) return groupKey
  const hash = createHash('sha256').update(groupKey).digest('hex')
  return `${groupKey.slice(0, 1000).toWellFormed()}… sha256=${hash}`
}

function shortenTexts(payload: WebhookPayload, limit: number): WebhookPayload {
  const note = { fleetwatch_note: `Texts longer than ${limit} characters were shortened to fit into one message.` }
  return mapTexts(payload, (texts) => shortened(texts, limit), note)
}

function withFewLabels(payload: WebhookPayload): WebhookPayload {
  const kept = ['alertname', 'deployment', 'severity', 'summary', 'runbook_url']
  const few = (texts: Labels) => Object.fromEntries(Object.entries(texts).filter(([name]) => kept.includes(name)))
  return mapTexts(payload, few, {
    fleetwatch_note: 'Most labels and annotations were left out to fit into one message.',
  })
}

function mapTexts(
  payload: WebhookPayload,
  change: (texts: Labels) => Record<string, string>,
  note: Record<string, string>,
): WebhookPayload {
  return {
    ...payload,
    groupLabels: change(payload.groupLabels),
    commonLabels: change(payload.commonLabels),
    commonAnnotations: { ...change(payload.commonAnnotations), ...note },
    alerts: payload.alerts.map((alert) => ({
      ...alert,
      labels: change(alert.labels),
      annotations: { ...change(alert.annotations), ...note },
    })),
  }
}

function shortened(texts: Labels, limit: number): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`,
    ]),
  )
}
