import { createHash } from 'node:crypto'
import type { PagerdutySettings } from '../model/alerting.ts'
import type { WebhookPayload } from '../model/notification.ts'
import type { Channel } from './channel.ts'
import { describe, shorten } from './describe.ts'
import { post } from './post.ts'
import { rereadOnUnauthorized } from './reread.ts'

/** PagerDuty's limits (Events API v2, "Send an event"). */
const SUMMARY_LIMIT = 1024
const EVENT_BYTES = 512_000

export const pagerduty: Channel<'pagerduty'> = {
  name: 'pagerduty',
  send: ({ payload }, settings, tools) =>
    rereadOnUnauthorized(tools, async (read) => {
      const routingKey = await read(settings.routingKey)
      return post({ url: settings.url, body: renderPagerduty(payload, routingKey, settings.severity) }, tools.now())
    }),
}

/**
 * An Events API v2 event as JSON. The dedup_key is the group's, so that the resolve ends the incident that the firing
 * opened, and a copy changes nothing. Details that would make it larger than PagerDuty takes are left out, and that is said.
 */
export function renderPagerduty(
  payload: WebhookPayload,
  routingKey: string,
  severity?: PagerdutySettings['severity'],
): string {
  const about = describe(payload)
  const links = [
    about.runbookUrl && { href: about.runbookUrl, text: 'Runbook' },
    about.dashboardUrl && { href: about.dashboardUrl, text: 'Dashboard' },
  ].filter((link) => link)
  const event = (details: Record<string, unknown>) =>
    JSON.stringify({
      routing_key: routingKey,
      event_action: about.status === 'resolved' ? 'resolve' : 'trigger',
      dedup_key: createHash('sha256').update(payload.groupKey).digest('hex'),
      client: 'fleetwatch',
      client_url: about.dashboardUrl,
      links,
      payload: {
        summary: shorten([about.headline, ...about.texts.slice(0, 1)].join(' – '), SUMMARY_LIMIT),
        source: about.deployment ?? 'fleetwatch',
        severity: severity ?? about.severity,
        timestamp: about.startedAt.toISOString(),
        component: about.deployment,
        group: payload.commonLabels.cluster,
        class: about.alertname,
        custom_details: details,
      },
    })
  const whole = event({ labels: payload.commonLabels, annotations: payload.commonAnnotations })
  if (Buffer.byteLength(whole) <= EVENT_BYTES) return whole
  return event({ left_out: 'labels and annotations: together they are larger than PagerDuty takes (512 KB)' })
}
