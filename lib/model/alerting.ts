import * as z from 'zod'
import type { Channel } from './notification.ts'
import { SecretReference } from './secret-reference.ts'

/** One label matcher. Regular expressions are RE2 and match the whole value; a missing label counts as empty. */
export const Matcher = z.object({
  name: z.string(),
  operator: z.enum(['=', '!=', '=~', '!~']),
  value: z.string(),
})
export type Matcher = z.infer<typeof Matcher>

/** A node of the route tree with its receiver filled in (children inherit it). */
export interface Route {
  receiver: string
  matchers: Matcher[]
  continue: boolean
  routes: Route[]
}
export const Route: z.ZodType<Route> = z.lazy(() =>
  z.object({ receiver: z.string(), matchers: z.array(Matcher), continue: z.boolean(), routes: z.array(Route) }),
)

export const SlackSettings = z.object({
  sendResolved: z.boolean(),
  apiUrl: SecretReference,
  channel: z.string().optional(),
})
export type SlackSettings = z.infer<typeof SlackSettings>

export const PagerdutySettings = z.object({
  sendResolved: z.boolean(),
  routingKey: SecretReference,
  url: z.string(),
  /** Fixed severity; without it the alert's label `severity` decides. */
  severity: z.enum(['critical', 'error', 'warning', 'info']).optional(),
})
export type PagerdutySettings = z.infer<typeof PagerdutySettings>

export const EmailSettings = z.object({
  sendResolved: z.boolean(),
  to: z.array(z.string()).min(1),
  from: z.string(),
})
export type EmailSettings = z.infer<typeof EmailSettings>

export const WebhookSettings = z.object({
  sendResolved: z.boolean(),
  /** An http(s) URL, or a reference to a secret that holds one. */
  url: z.string(),
  timeoutMs: z.number(),
})
export type WebhookSettings = z.infer<typeof WebhookSettings>

/** A receiver and its integrations by channel, in the order of the file. */
export const Receiver = z.object({
  name: z.string(),
  slack: z.array(SlackSettings),
  pagerduty: z.array(PagerdutySettings),
  email: z.array(EmailSettings),
  webhook: z.array(WebhookSettings),
})
export type Receiver = z.infer<typeof Receiver>

/** alertmanager.yml as fleetwatch understood it: plain JSON, defaults filled in, secrets as references. */
export const Alerting = z.object({ route: Route, receivers: z.array(Receiver) })
export type Alerting = z.infer<typeof Alerting>

/** What each channel needs to know to send. */
export interface SettingsByChannel {
  slack: SlackSettings
  pagerduty: PagerdutySettings
  email: EmailSettings
  webhook: WebhookSettings
}

/** Name of one integration of a receiver, as it stands in the file: `slack_configs[0]`. */
export function integrationName(channel: Channel, index: number): string {
  return `${channel}_configs[${index}]`
}
