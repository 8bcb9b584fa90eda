import type { SQSRecord } from 'aws-lambda'
import { updateThread } from '../aws/deliveries-table.ts'
import { sendEmail } from '../aws/email.ts'
import { postpone } from '../aws/queues.ts'
import { readSecret } from '../aws/secrets.ts'
import { logger } from '../lambda.ts'
import type { Alerting } from '../model/alerting.ts'
import type { Channel as ChannelName, Notification } from '../model/notification.ts'
import type { SecretReference } from '../model/secret-reference.ts'
import { backoffMs } from './backoff.ts'
import type { Channel } from './channel.ts'
import { type Delivery, deliver } from './deliver.ts'

interface NotifyConfig {
  alerting: Alerting
  webhook_signing_secret?: SecretReference | undefined
}

/** A notification is not delivered yet: the message goes back to its queue, or in the end to the dead-letter queue. */
export class UndeliveredError extends Error {
  override readonly name = 'UndeliveredError'
}

/**
 * What each notify function does with one message: deliver it, and when that fails say when it shall come back. A
 * message that was refused for good comes back at once, without asking the other side again, until it lies in the
 * dead-letter queue, where an alarm sees it; sent back from there, it is tried anew.
 */
export function notifyThrough<Name extends ChannelName>(channel: Channel<Name>, config: NotifyConfig) {
  const { alerting, webhook_signing_secret: webhookSigningSecret } = config
  const tools = { readSecret, sendEmail, webhookSigningSecret, now: () => new Date() }
  return async (notification: Notification, record: SQSRecord): Promise<void> => {
    const receives = Number(record.attributes.ApproximateReceiveCount)
    const { id, integration, payload } = notification
    const about = { notification: id, receiver: payload.receiver, integration, status: payload.status }
    const delivery = await attempt(
      () => deliver(notification, { channel, alerting, tools, updateThread, fresh: receives <= 1 }),
      (seconds) => postponeOrLog(record, seconds),
      receives,
    )
    logger.info(delivery.outcome, { ...about, receives })
  }
}

/** When the message cannot be postponed it comes back after the queue's own time; that must not hide why it failed. */
async function postponeOrLog(record: SQSRecord, seconds: number): Promise<void> {
  try {
    await postpone(record, seconds)
  } catch (error) {
    logger.warn('message could not be postponed', { messageId: record.messageId, error: error as Error })
  }
}

/** Anything but success throws, after the message's return has been arranged. */
async function attempt(
  send: () => Promise<Delivery>,
  comeBackIn: (seconds: number) => Promise<void>,
  receives: number,
): Promise<Delivery> {
  const backoffSeconds = (askedMs?: number) => backoffMs(receives, askedMs, Math.random()) / 1000
  let delivery: Delivery
  try {
    delivery = await send()
  } catch (error) {
    await comeBackIn(backoffSeconds())
    throw error
  }
  if (delivery.outcome === 'retry') {
    const seconds = backoffSeconds(delivery.afterMs)
    await comeBackIn(seconds)
    throw new UndeliveredError(`not delivered yet, next attempt in ${Math.ceil(seconds)} s: ${delivery.reason}`)
  }
  if (delivery.outcome === 'refused') {
    await comeBackIn(0)
    throw new UndeliveredError(
      `refused for good, mend it and send it back from the dead-letter queue: ${delivery.reason}`,
    )
  }
  return delivery
}
