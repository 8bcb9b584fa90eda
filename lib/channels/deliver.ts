import { createHash, randomUUID } from 'node:crypto'
import { type Alerting, integrationName, type SettingsByChannel } from '../model/alerting.ts'
import type { Channel as ChannelName, Notification } from '../model/notification.ts'
import type { SendResult } from '../model/send-result.ts'
import type { Channel, ChannelTools } from './channel.ts'
import { type Attempt, type Claim, claim, complete, type Decision, release, type Thread } from './ledger.ts'
import type { Receipt } from './receipt.ts'

/** Longer than any attempt takes (two posts of 20 s at most), so that only an invocation that died loses its lease. */
export const LEASE_MS = 60_000

/** Reads a thread, lets `decide` say what becomes of it and writes that, all as if nobody else were there. */
export type UpdateThread = <Answer>(
  thread: string,
  decide: (state: Thread) => Decision<Answer>,
  receipt?: Receipt,
) => Promise<Answer>

export type Delivery = SendResult | { outcome: 'already delivered' } | { outcome: 'superseded' }

/**
 * Delivers one notification once, however often it comes: claim in the ledger, send, complete. `fresh` says that SQS
 * hands the message out for the first time. Only an invocation that dies between sending and completing makes a second
 * message possible; PagerDuty (dedup_key) and webhook receivers (X-Fleetwatch-Notification) can tell it as a copy.
 */
export async function deliver<Name extends ChannelName>(
  notification: Notification,
  { channel, alerting, tools, updateThread, fresh }: DeliverInput<Name>,
): Promise<Delivery> {
  const settings = settingsFor(alerting, channel.name, notification)
  if (!settings) return { outcome: 'refused', reason: goneReason(notification) }
  const attempt: Attempt = {
    thread: threadOf(notification),
    notification: notification.id,
    sequence: notification.sequence,
    owner: randomUUID(),
    at: tools.now().getTime(),
    fresh,
  }
  const claimed = await updateThread(attempt.thread, (state) => claim(state, attempt, LEASE_MS))
  if (claimed.outcome !== 'claimed') return withoutSending(claimed)
  const result = await sendOrRelease(() => channel.send(notification, settings, tools), attempt, updateThread)
  if (result.outcome === 'delivered') {
    const receipt = receiptOf(notification, tools.now())
    await updateThread(attempt.thread, (state) => complete(state, attempt), receipt)
  } else {
    const reason = result.outcome === 'refused' ? result.reason : undefined
    await updateThread(attempt.thread, (state) => release(state, attempt, reason))
  }
  return result
}

export interface DeliverInput<Name extends ChannelName> {
  channel: Channel<Name>
  alerting: Alerting
  tools: ChannelTools
  updateThread: UpdateThread
  fresh: boolean
}

/** Messages of one integration of one receiver about one group follow one another in one thread. */
export function threadOf({ integration, payload }: Notification): string {
  return createHash('sha256')
    .update(JSON.stringify([payload.receiver, integration, payload.groupKey]))
    .digest('hex')
}

async function sendOrRelease(
  send: () => Promise<SendResult>,
  attempt: Attempt,
  updateThread: UpdateThread,
): Promise<SendResult> {
  try {
    return await send()
  } catch (error) {
    await updateThread(attempt.thread, (state) => release(state, attempt))
    throw error
  }
}

function withoutSending(claimed: Exclude<Claim, { outcome: 'claimed' }>): Delivery {
  if (claimed.outcome === 'delivered') return { outcome: 'already delivered' }
  if (claimed.outcome === 'busy') {
    // Not the rest of the lease: whoever is alive is done within seconds, and a resolve must not wait a minute for it.
    return { outcome: 'retry', reason: 'another invocation is sending to this receiver about this alert' }
  }
  return claimed
}

type Integrations = { [Name in ChannelName]: SettingsByChannel[Name][] }

function settingsFor<Name extends ChannelName>(
  alerting: Alerting,
  channel: Name,
  { integration, payload }: Notification,
): SettingsByChannel[Name] | undefined {
  const receiver: Integrations | undefined = alerting.receivers.find(({ name }) => name === payload.receiver)
  return receiver?.[channel].find((_, index) => integrationName(channel, index) === integration)
}

function goneReason({ integration, payload }: Notification): string {
  return `receiver "${payload.receiver}" has no ${integration} any more: the alerting file changed after the alert was decided`
}

function receiptOf(notification: Notification, now: Date): Receipt {
  const { payload } = notification
  return {
    notification: notification.id,
    channel: notification.channel,
    receiver: payload.receiver,
    integration: notification.integration,
    status: payload.status,
    groupKey: payload.groupKey,
    deliveredAt: now.toISOString(),
  }
}
