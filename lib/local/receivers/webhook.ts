import { createHmac, timingSafeEqual } from 'node:crypto'
import { WebhookPayload } from '../../model/notification.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const TOLERANCE_SECONDS = 300

/**
 * A webhook receiver as a user would write it from the documentation: checks the signature and its age, forgets copies
 * by notification id, and takes only Alertmanager's version 4. Without a secret it takes unsigned messages.
 */
export async function startWebhook(secret?: string, port?: number): Promise<Receiver> {
  const seen = new Set<string>()
  return startReceiver(({ headers, body, json, at }) => {
    if (secret !== undefined) {
      const fault = signatureFault(String(headers['x-fleetwatch-signature'] ?? ''), body, secret, at)
      if (fault) return { taken: false, status: 401, body: fault }
    }
    const parsed = WebhookPayload.strict().safeParse(json)
    if (!parsed.success) return { taken: false, status: 400, body: parsed.error.message }
    const id = String(headers['x-fleetwatch-notification'] ?? '')
    if (id === '') return { taken: false, status: 400, body: 'no X-Fleetwatch-Notification' }
    if (seen.has(id)) return { taken: false, status: 200, body: 'seen before' }
    seen.add(id)
    return { taken: true, status: 200, body: 'ok' }
  }, port)
}

/** Why a signature is not good, or undefined. */
export function signatureFault(header: string, body: string, secret: string, now: Date): string | undefined {
  const [, time = '', given = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? []
  if (given === '') return 'no signature'
  if (Math.abs(now.getTime() / 1000 - Number(time)) > TOLERANCE_SECONDS) return 'the signature is too old'
  const expected = createHmac('sha256', secret).update(`${time}.${body}`).digest()
  return timingSafeEqual(expected, Buffer.from(given, 'hex')) ? undefined : 'the signature does not fit'
}
