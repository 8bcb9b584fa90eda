import { z } from 'zod'
import { type Receiver, startReceiver } from './receiver.ts'

const PATH = '/services/T000/B000/XXXXSECRETXXXX'
const ANY_HOOK = /^\/services\/T\w+\/B\w+\/\w+$/

const Mrkdwn = (limit: number) =>
  z.strictObject({ type: z.enum(['mrkdwn', 'plain_text']), text: z.string().min(1).max(limit) })
/** Slack's own limits (Slack documentation, "Block Kit"). */
const Block = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('header'),
    text: z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(150) }),
  }),
  z.strictObject({
    type: z.literal('section'),
    text: Mrkdwn(3000).optional(),
    fields: z.array(Mrkdwn(2000)).min(1).max(10).optional(),
  }),
  z.strictObject({ type: z.literal('context'), elements: z.array(Mrkdwn(3000)).min(1).max(10) }),
  z.strictObject({ type: z.literal('divider') }),
])
export const SlackBody = z.strictObject({
  text: z.string().min(1).max(40_000),
  channel: z.string().optional(),
  blocks: z.array(Block).max(50).optional(),
  attachments: z
    .array(z.strictObject({ color: z.string().regex(/^#[0-9a-f]{6}$/), blocks: z.array(Block).max(50) }))
    .max(20)
    .optional(),
})

/** A Slack incoming webhook that refuses what Slack would refuse. `hook` is the URL that belongs into the secret. */
export async function startSlack(port?: number): Promise<Receiver & { hook: string }> {
  const receiver = await startReceiver(({ path, headers, json }) => {
    if (!ANY_HOOK.test(path)) return { taken: false, status: 404, body: 'no_service' }
    if (!headers['content-type']?.startsWith('application/json'))
      return { taken: false, status: 400, body: 'invalid_payload' }
    const parsed = SlackBody.safeParse(json)
    if (!parsed.success) return { taken: false, status: 400, body: `invalid_blocks ${z.prettifyError(parsed.error)}` }
    return { taken: true, status: 200, body: 'ok' }
  }, port)
  return Object.assign(receiver, { hook: `${receiver.url}${PATH}` })
}
