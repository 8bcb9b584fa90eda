import type { SlackSettings } from '../model/alerting.ts'
import type { WebhookPayload } from '../model/notification.ts'
import type { SecretReference } from '../model/secret-reference.ts'
import type { SendResult } from '../model/send-result.ts'
import type { Channel, ChannelTools } from './channel.ts'
import { type Description, describe, formatSpan, formatTime, shorten } from './describe.ts'
import { post } from './post.ts'
import { rereadOnUnauthorized } from './reread.ts'

/** Body of an incoming webhook's POST (Slack documentation, "Sending messages using incoming webhooks"). */
export interface SlackMessage {
  /** Shown above everything, in notifications and to screen readers. */
  text: string
  blocks?: unknown[]
  attachments?: { color: string; blocks: unknown[] }[]
  channel?: string
}

const COLOURS = { critical: '#d40e0d', error: '#e8590c', warning: '#f2a600', info: '#2f6fde' }
const RESOLVED_COLOUR = '#2eb67d'
/** Slack's limits: section text 3,000 and field 2,000 characters, ten fields (Slack documentation, "Block Kit"). */
const TEXT_LIMIT = 3000
const FIELD_LIMIT = 2000
const FIELDS = 10
const HEADLINE_LIMIT = 150

export const slack: Channel<'slack'> = {
  name: 'slack',
  send: (notification, settings, tools) => sendSlackMessage(settings, renderSlack(notification.payload), tools),
}

/** Posts any message to an incoming webhook, whose URL is the secret. */
export async function sendSlackMessage(
  settings: Pick<SlackSettings, 'apiUrl' | 'channel'>,
  message: SlackMessage,
  tools: Pick<ChannelTools, 'readSecret' | 'now'>,
): Promise<SendResult> {
  const body = JSON.stringify(settings.channel ? { channel: settings.channel, ...message } : message)
  return rereadOnUnauthorized(tools, async (read) => {
    const url = await read(settings.apiUrl)
    return URL.canParse(url) ? post({ url, body }, tools.now()) : noUrl(settings.apiUrl)
  })
}

function noUrl(reference: SecretReference) {
  const reason = `the secret ${reference} holds no URL; it must hold the whole incoming-webhook URL`
  return { result: { outcome: 'refused' as const, reason }, unauthorized: true }
}

/** One alert as a coloured message: headline, summary, deployment, severity, time, other labels, links. */
export function renderSlack(payload: WebhookPayload): SlackMessage {
  const about = describe(payload)
  const sign = about.status === 'resolved' ? ':white_check_mark:' : ':rotating_light:'
  const color = about.status === 'resolved' ? RESOLVED_COLOUR : COLOURS[about.severity]
  return {
    text: `${sign} *${escapeMrkdwn(shorten(about.headline, HEADLINE_LIMIT))}*`,
    attachments: [{ color, blocks: [...textBlock(about), fieldsBlock(about), ...linksBlock(about)] }],
  }
}

function textBlock(about: Description): unknown[] {
  const text = about.texts.join('\n')
  return text === '' ? [] : [{ type: 'section', text: mrkdwn(escapeWithin(text, TEXT_LIMIT)) }]
}

function fieldsBlock(about: Description): unknown {
  const named: [string, string][] = [
    ...(about.deployment ? [['Deployment', about.deployment] as [string, string]] : []),
    ['Severity', about.severity],
  ]
  const fields = named.map(([name, value]) => field(name, escapeWithin(value, FIELD_LIMIT - 100)))
  fields.push(field('Started', slackTime(about.startedAt)))
  if (about.endedAt) {
    const span = formatSpan(about.endedAt.getTime() - about.startedAt.getTime())
    fields.push(field('Resolved', `${slackTime(about.endedAt)} after ${span}`))
  }
  const room = FIELDS - fields.length
  const shown = about.otherLabels.length > room ? about.otherLabels.slice(0, room - 1) : about.otherLabels
  fields.push(...shown.map(([name, value]) => field(name, escapeWithin(value, FIELD_LIMIT - 200))))
  const left = about.otherLabels.length - shown.length
  if (left > 0) fields.push(field('More', `${left} more labels`))
  return { type: 'section', fields }
}

function linksBlock(about: Description): unknown[] {
  const links = [
    about.runbookUrl && link(about.runbookUrl, 'Runbook'),
    about.dashboardUrl && link(about.dashboardUrl, 'Dashboard'),
  ].filter((text) => text)
  const text = [...links, `receiver ${escapeWithin(about.receiver, 100)}`].join('  ·  ')
  return [{ type: 'context', elements: [mrkdwn(text)] }]
}

function field(name: string, value: string) {
  return mrkdwn(`*${escapeWithin(name, 80)}*\n${value}`)
}

function mrkdwn(text: string) {
  return { type: 'mrkdwn', text }
}

/** Shown in each reader's own time zone (Slack documentation, "Formatting text": date formatting). */
function slackTime(at: Date): string {
  return `<!date^${Math.floor(at.getTime() / 1000)}^{date_short_pretty} {time_secs}|${formatTime(at)}>`
}

function link(url: string, name: string): string {
  return `<${escapeMrkdwn(url).replaceAll('|', '%7C')}|${name}>`
}

/** The three characters that Slack reads as control characters, so that a label can neither ping nor link. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Escaped text within a limit that counts the escapes, never cut inside one. */
function escapeWithin(text: string, limit: number): string {
  let kept = shorten(text, limit)
  while (escapeMrkdwn(kept).length > limit) kept = shorten(kept, Math.floor(kept.length * 0.9))
  return escapeMrkdwn(kept)
}
