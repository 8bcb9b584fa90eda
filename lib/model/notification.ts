import * as z from 'zod'
import { Labels } from './alert.ts'

/** Alertmanager's webhook payload, version 4 (Alertmanager documentation, "webhook_config"). */
export const WebhookPayload = z.object({
  version: z.literal('4'),
  groupKey: z.string(),
  truncatedAlerts: z.number(),
  status: z.enum(['firing', 'resolved']),
  receiver: z.string(),
  groupLabels: Labels,
  commonLabels: Labels,
  commonAnnotations: Labels,
  externalURL: z.string(),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: Labels,
      annotations: Labels,
      startsAt: z.string(),
      endsAt: z.string(),
      generatorURL: z.string(),
      fingerprint: z.string(),
    }),
  ),
})
export type WebhookPayload = z.infer<typeof WebhookPayload>

export const CHANNELS = ['slack', 'pagerduty', 'email', 'webhook'] as const
export const Channel = z.enum(CHANNELS)
export type Channel = z.infer<typeof Channel>

/** What one integration of one receiver is told about one group. */
export const Notification = z.object({
  /** Same change, same integration, same id: the ledger delivers each id once. */
  id: z.string(),
  channel: Channel,
  /** `slack_configs[0]` of the receiver: where its settings stand in alertmanager.yml. */
  integration: z.string(),
  /** Order within a group: milliseconds of the evaluation that caused it. A later one makes an earlier one pointless. */
  sequence: z.number(),
  payload: WebhookPayload,
})
export type Notification = z.infer<typeof Notification>
