import { createHmac } from 'node:crypto'
import { SecretReference } from '../model/secret-reference.ts'
import type { Channel } from './channel.ts'
import { post } from './post.ts'
import { rereadOnUnauthorized } from './reread.ts'

export const webhook: Channel<'webhook'> = {
  name: 'webhook',
  send: ({ id, payload }, settings, tools) =>
    rereadOnUnauthorized(tools, async (read) => {
      const body = JSON.stringify(payload)
      const url = SecretReference.safeParse(settings.url).success ? await read(settings.url) : settings.url
      const headers: Record<string, string> = { 'x-fleetwatch-notification': id }
      if (tools.webhookSigningSecret) {
        headers['x-fleetwatch-signature'] = sign(body, await read(tools.webhookSigningSecret), tools.now())
      }
      return post({ url, body, headers, timeoutMs: settings.timeoutMs }, tools.now())
    }),
}

/**
 * Value of X-Fleetwatch-Signature: `t=SECONDS,v1=HEX`, HEX being the HMAC-SHA256 of `SECONDS.BODY`. The receiver takes a
 * message whose time is at most five minutes away from its own clock, which keeps a recorded one from being played
 * again, and tells a copy within that time by X-Fleetwatch-Notification.
 */
export function sign(body: string, secret: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000)
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}
