import { styleText } from 'node:util'
import * as z from 'zod'
import { ROUTING_KEY, startPagerduty } from './receivers/pagerduty.ts'
import type { Received } from './receivers/receiver.ts'
import { startSlack } from './receivers/slack.ts'
import { startWebhook } from './receivers/webhook.ts'
import { waitFor } from './wait-for.ts'

type ChannelName = 'slack' | 'pagerduty' | 'webhook' | 'email'

interface Message {
  channel: ChannelName
  /** The whole of it as text, to search in. */
  text: string
  /** How it reads, one line or a few. */
  lines: string[]
}

/** Everything the demo's receivers were sent: Slack, PagerDuty and a webhook on 127.0.0.1, mail in the embedded SES. */
export interface Inbox {
  urls: { pagerduty: string; webhook: string }
  secrets: Record<string, string>
  watchEmail(endpoint: string): void
  /** Waits until all these channels got a message about the alert. */
  received(alertname: string, status: 'firing' | 'resolved', channels?: ChannelName[]): Promise<void>
  reportReceived(): Promise<void>
  /** Messages since the last call, as lines for a terminal. */
  unread(): string[]
  stop(): Promise<void>
}

const SIGNING_SECRET = 'a signing key of the demo'
/** Mails by AWS account, as the embedded AWS shows them. */
const Mails = z.object({
  messages: z.record(
    z.string(),
    z.array(z.looseObject({ Subject: z.string().optional(), BodyText: z.string().optional() })),
  ),
})

const SlackText = z.object({ text: z.string() })
const Block = z.object({
  text: SlackText.optional(),
  fields: z.array(SlackText).optional(),
  elements: z.array(SlackText).optional(),
})
const SlackMessage = z.object({
  text: z.string(),
  blocks: z.array(Block).optional(),
  attachments: z.array(z.object({ blocks: z.array(Block) })).optional(),
})

export async function startInbox(): Promise<Inbox> {
  const [slack, pagerduty, webhook] = await Promise.all([startSlack(), startPagerduty(), startWebhook(SIGNING_SECRET)])
  let emailEndpoint: string | undefined
  let read = 0

  const messages = async (): Promise<Message[]> => [
    ...slack.received.map((seen) => message('slack', seen, describeSlack(seen.json))),
    ...pagerduty.received.map((seen) => message('pagerduty', seen, describePagerduty(seen.json))),
    ...webhook.received.map((seen) => message('webhook', seen, describeWebhook(seen.json))),
    ...(await readMails(emailEndpoint)),
  ]
  const seen: Message[] = []
  const collect = async () => {
    const known = new Set(seen.map(({ channel, text }) => `${channel}${text}`))
    for (const found of await messages()) if (!known.has(`${found.channel}${found.text}`)) seen.push(found)
    return seen
  }
  const waitForAll = (what: string, channels: ChannelName[], fits: (text: string) => boolean) =>
    waitFor(what, 120_000, async () => {
      const all = await collect()
      return channels.every((channel) => all.some((one) => one.channel === channel && fits(one.text)))
    })

  return {
    urls: { pagerduty: `${pagerduty.url}/v2/enqueue`, webhook: `${webhook.url}/alerts` },
    secrets: {
      'fleetwatch/slack': slack.hook,
      'fleetwatch/pagerduty': ROUTING_KEY,
      'fleetwatch/webhook-signing': SIGNING_SECRET,
    },
    watchEmail(endpoint) {
      emailEndpoint = endpoint
    },
    received: (alertname, status, channels = ['slack', 'pagerduty', 'webhook', 'email']) =>
      waitForAll(`${alertname} (${status}) at ${channels.join(', ')}`, channels, (text) =>
        isAbout(text, alertname, status),
      ),
    reportReceived: () => waitForAll('the daily report', ['slack', 'email'], (text) => /report/i.test(text)),
    unread() {
      const fresh = seen.slice(read)
      read = seen.length
      return fresh.flatMap(({ channel, lines }) => {
        const [first = '', ...rest] = lines
        return [
          `  ${styleText('cyan', channel.padEnd(10))} ${first}`,
          ...rest.map((line) => `  ${' '.repeat(10)} ${line}`),
        ]
      })
    },
    async stop() {
      await Promise.all([slack, pagerduty, webhook].map((receiver) => receiver[Symbol.asyncDispose]()))
    },
  }
}

/** Channels word the status differently; each message is about one alert. */
function isAbout(text: string, alertname: string, status: 'firing' | 'resolved'): boolean {
  const resolved = /resolve/i.test(text)
  return text.includes(alertname) && resolved === (status === 'resolved')
}

function message(channel: ChannelName, { body }: Received, lines: string[]): Message {
  return { channel, text: body, lines }
}

/** The message as it reads in Slack: each text of its blocks, without the markup. */
function describeSlack(json: unknown): string[] {
  const { text, blocks = [], attachments = [] } = SlackMessage.parse(json)
  const shown = [...blocks, ...attachments.flatMap((attachment) => attachment.blocks)]
  const lines = shown.flatMap((block) => textsOf(block)).flatMap((one) => one.split('\n'))
  return (lines.length > 0 ? lines : linesOf(text)).map(withoutMarkup).filter((line) => line.trim() !== '')
}

/** Texts of a block in reading order; two short fields share a line, as in Slack. */
function textsOf({ text, fields = [], elements = [] }: z.infer<typeof Block>): string[] {
  const pairs = fields.map((field) => field.text.replace('\n', ' '))
  const rows = pairs.flatMap((left, index) =>
    index % 2 === 0 ? [[left, pairs[index + 1]].filter(Boolean).join('   ')] : [],
  )
  return [...(text ? [text.text] : []), ...rows, ...elements.map((element) => element.text)]
}

function withoutMarkup(line: string): string {
  return line
    .replace(/<([^|>]+)\|([^>]+)>/g, '$2 ($1)')
    .replaceAll('*', '')
    .replaceAll('```', '')
    .trimEnd()
}

function describePagerduty(json: unknown): string[] {
  const event = json as { event_action: string; dedup_key: string; payload: { severity: string; summary: string } }
  return [
    `${event.event_action} ${event.payload.severity}: ${event.payload.summary} (dedup_key ${event.dedup_key.slice(0, 12)}…)`,
  ]
}

function describeWebhook(json: unknown): string[] {
  const payload = json as { status: string; groupKey: string; alerts: { annotations: Record<string, string> }[] }
  return [
    `${payload.status} ${payload.groupKey}`,
    ...payload.alerts.map(({ annotations }) => annotations.summary ?? ''),
  ]
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

async function readMails(endpoint: string | undefined): Promise<Message[]> {
  if (!endpoint) return []
  const answer = await fetch(`${endpoint}/_ministack/ses/messages`)
  const parsed = Mails.parse(await answer.json())
  return Object.values(parsed.messages)
    .flat()
    .map((mail) => ({
      channel: 'email',
      text: JSON.stringify(mail),
      lines: [`Subject: ${mail.Subject ?? '(none)'}`, ...linesOf(mail.BodyText ?? '')],
    }))
}
