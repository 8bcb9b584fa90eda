import * as z from 'zod'
import { DurationMs } from '../model/duration.ts'
import { SecretReference } from '../model/secret-reference.ts'

const AT_ONCE = 'not supported yet: fleetwatch sends each alert change at once; remove the key'
const NO_MUTING =
  'not supported yet: fleetwatch knows no silent hours, so the alert would page at night; remove the key'
const NO_TEMPLATES = 'not supported yet: fleetwatch writes the messages itself; remove the key'
const BY_SES = 'fleetwatch sends through SES: only smtp_from is used; remove the key'
const NO_CHANNEL = 'not supported: fleetwatch sends to Slack, PagerDuty, email and webhooks (which can carry the rest)'
const NO_HTTP_CONFIG = 'not supported: fleetwatch sends with plain HTTPS and no proxy; remove the key'

/** A key of Alertmanager that fleetwatch has not: refused with the reason; an empty list or map does nothing and passes. */
const refused = (reason: string) => z.custom<undefined>(isNothing, reason).optional()
const refusedKeys = <const Key extends string>(reason: string, ...keys: Key[]) =>
  Object.fromEntries(keys.map((key) => [key, refused(reason)])) as Record<Key, ReturnType<typeof refused>>

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

const Text = z
  .string()
  .min(1)
  .refine(
    (text) => !text.includes('{{'),
    'templates in the alerting file are not supported yet; write the value itself',
  )
const HttpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })
const LabelPairs = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
  .superRefine((pairs, context) => {
    for (const name of Object.keys(pairs)) {
      if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) continue
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'is no label name; write it under matchers, in quotes',
      })
    }
  })

export interface RouteYaml {
  receiver?: string | undefined
  group_by?: string[] | undefined
  continue?: boolean | undefined
  match?: Record<string, string> | undefined
  match_re?: Record<string, string> | undefined
  matchers?: string[] | undefined
  routes?: RouteYaml[] | null | undefined
}

const RouteYaml: z.ZodType<RouteYaml> = z.strictObject({
  receiver: z.string().min(1).optional(),
  group_by: z.array(z.string()).optional(),
  continue: z.boolean().optional(),
  match: LabelPairs.optional(),
  match_re: LabelPairs.optional(),
  matchers: z.array(z.string()).optional(),
  get routes(): z.ZodOptional<z.ZodNullable<z.ZodArray<z.ZodType<RouteYaml>>>> {
    return z.array(RouteYaml).nullable().optional()
  },
  ...refusedKeys(AT_ONCE, 'group_wait', 'group_interval', 'repeat_interval'),
  ...refusedKeys(NO_MUTING, 'mute_time_intervals', 'active_time_intervals'),
})

const SlackYaml = z.strictObject({
  send_resolved: z.boolean().default(false),
  api_url: SecretReference.optional(),
  api_url_file: SecretReference.optional(),
  channel: Text.optional(),
  ...refusedKeys(NO_HTTP_CONFIG, 'http_config'),
  ...refusedKeys(
    'not supported: fleetwatch posts through an incoming webhook; put its URL in a secret and name it in api_url',
    'app_token',
    'app_token_file',
    'app_url',
    'update_message',
  ),
  ...refusedKeys(
    NO_TEMPLATES,
    ...(['actions', 'callback_id', 'color', 'fallback', 'fields', 'footer', 'icon_emoji', 'icon_url'] as const),
    ...(['image_url', 'link_names', 'message_text', 'mrkdwn_in', 'pretext', 'short_fields', 'text'] as const),
    ...(['thumb_url', 'timeout', 'title', 'title_link', 'username'] as const),
  ),
})

const PagerdutyYaml = z.strictObject({
  send_resolved: z.boolean().default(true),
  routing_key: SecretReference.optional(),
  routing_key_file: SecretReference.optional(),
  url: HttpUrl.optional(),
  severity: z.enum(['critical', 'error', 'warning', 'info']).optional(),
  ...refusedKeys(NO_HTTP_CONFIG, 'http_config'),
  ...refusedKeys(
    'not supported: fleetwatch speaks Events API v2; make an integration of that kind and name its key in routing_key',
    'service_key',
    'service_key_file',
  ),
  ...refusedKeys(
    NO_TEMPLATES,
    ...(['class', 'client', 'client_url', 'component', 'description', 'details', 'group', 'images'] as const),
    ...(['links', 'source', 'timeout'] as const),
  ),
})

const EmailYaml = z.strictObject({
  send_resolved: z.boolean().default(false),
  to: Text,
  from: Text.optional(),
  ...refusedKeys(
    BY_SES,
    ...(['smarthost', 'hello', 'auth_username', 'auth_password', 'auth_password_file', 'auth_secret'] as const),
    ...(['auth_secret_file', 'auth_identity', 'require_tls', 'tls_config', 'force_implicit_tls'] as const),
  ),
  ...refusedKeys(NO_TEMPLATES, 'headers', 'html', 'text', 'threading'),
})

const WebhookYaml = z.strictObject({
  send_resolved: z.boolean().default(true),
  url: z
    .union([SecretReference, HttpUrl], 'expected an http or https URL, or a reference such as secretsmanager:NAME')
    .optional(),
  url_file: SecretReference.optional(),
  timeout: DurationMs.optional(),
  ...refusedKeys(NO_HTTP_CONFIG, 'http_config'),
  ...refusedKeys('not supported yet: each notification holds one alert; remove the key', 'max_alerts'),
  ...refusedKeys(NO_TEMPLATES, 'payload'),
})

const ReceiverYaml = z.strictObject({
  name: z.string().min(1, 'the receiver needs a name'),
  slack_configs: z.array(SlackYaml).nullish(),
  pagerduty_configs: z.array(PagerdutyYaml).nullish(),
  email_configs: z.array(EmailYaml).nullish(),
  webhook_configs: z.array(WebhookYaml).nullish(),
  ...refusedKeys(
    NO_CHANNEL,
    ...(['discord_configs', 'incidentio_configs', 'jira_configs', 'mattermost_configs', 'msteams_configs'] as const),
    ...(['msteamsv2_configs', 'opsgenie_configs', 'pushover_configs', 'rocketchat_configs', 'sns_configs'] as const),
    ...(['telegram_configs', 'victorops_configs', 'webex_configs', 'wechat_configs'] as const),
  ),
})
export type ReceiverYaml = z.output<typeof ReceiverYaml>

const GlobalYaml = z.strictObject({
  resolve_timeout: DurationMs.optional(),
  slack_api_url: SecretReference.optional(),
  slack_api_url_file: SecretReference.optional(),
  pagerduty_url: HttpUrl.optional(),
  smtp_from: Text.optional(),
  ...refusedKeys(NO_HTTP_CONFIG, 'http_config'),
  ...refusedKeys(
    BY_SES,
    ...(['smtp_smarthost', 'smtp_hello', 'smtp_auth_username', 'smtp_auth_password'] as const),
    ...(['smtp_auth_password_file', 'smtp_auth_secret', 'smtp_auth_secret_file', 'smtp_auth_identity'] as const),
    ...(['smtp_require_tls', 'smtp_tls_config', 'smtp_force_implicit_tls'] as const),
  ),
  ...refusedKeys(
    NO_CHANNEL,
    ...(['jira_api_url', 'mattermost_webhook_url', 'mattermost_webhook_url_file', 'opsgenie_api_key'] as const),
    ...(['opsgenie_api_key_file', 'opsgenie_api_url', 'rocketchat_api_url', 'rocketchat_token'] as const),
    ...(['rocketchat_token_file', 'rocketchat_token_id', 'rocketchat_token_id_file', 'slack_app_token'] as const),
    ...(['slack_app_token_file', 'slack_app_url', 'telegram_api_url', 'telegram_bot_token'] as const),
    ...(['telegram_bot_token_file', 'victorops_api_key', 'victorops_api_key_file', 'victorops_api_url'] as const),
    ...(['webex_api_url', 'wechat_api_corp_id', 'wechat_api_secret', 'wechat_api_url'] as const),
  ),
})
export type GlobalYaml = z.output<typeof GlobalYaml>

/**
 * The part of alertmanager.yml that fleetwatch honours (Alertmanager documentation, "Configuration"). Every other key of
 * Alertmanager is listed with the reason it is refused, so that nothing a user wrote is dropped in silence.
 */
export const AlertmanagerYaml = z.strictObject({
  global: GlobalYaml.nullish(),
  route: RouteYaml.optional(),
  receivers: z.array(ReceiverYaml).nullish(),
  ...refusedKeys('not supported yet: no alert mutes another; remove the key', 'inhibit_rules'),
  ...refusedKeys(NO_MUTING, 'time_intervals', 'mute_time_intervals'),
  ...refusedKeys(NO_TEMPLATES, 'templates'),
  ...refusedKeys('not supported; remove the key', 'tracing', 'event_recorder'),
})
export type AlertmanagerYaml = z.output<typeof AlertmanagerYaml>
