import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns'
import { readEnv } from '../config/env.ts'
import type { Notification } from '../model/notification.ts'

const sns = new SNSClient({})

/** Limits of one PublishBatch (Amazon SNS API reference): 10 messages, 256 KiB over all of them. */
const MESSAGES_PER_CALL = 10
const BYTES_PER_CALL = 262_144
/** Room for the attributes and ids of a message. */
const OVERHEAD_BYTES = 512

/**
 * Publishes notifications, each with its channel as attribute so that it reaches that channel's queue alone. Yields the
 * ids that SNS took as it goes; throws at the end when it refused any, so that the run is retried.
 */
export async function* publishNotifications(notifications: Notification[]): AsyncGenerator<string[]> {
  const refused: string[] = []
  for (const part of packByBytes(notifications)) {
    const answer = await sns.send(
      new PublishBatchCommand({
        TopicArn: readEnv('NOTIFICATIONS_TOPIC_ARN').NOTIFICATIONS_TOPIC_ARN,
        PublishBatchRequestEntries: part.map((notification, index) => ({
          Id: String(index),
          Message: JSON.stringify(notification),
          MessageAttributes: { channel: { DataType: 'String', StringValue: notification.channel } },
        })),
      }),
    )
    for (const failure of answer.Failed ?? []) refused.push(`${part[Number(failure.Id)]?.id}: ${failure.Message}`)
    yield (answer.Successful ?? []).flatMap((entry) => part[Number(entry.Id)]?.id ?? [])
  }
  if (refused.length > 0)
    throw new Error(`SNS refused ${refused.length} notifications: ${refused.slice(0, 3).join('; ')}`)
}

/** Cuts notifications into calls within SNS' limits. One that is too large alone gets a call of its own, and SNS says so. */
export function packByBytes(notifications: Notification[]): Notification[][] {
  const parts: Notification[][] = []
  let bytes = 0
  for (const notification of notifications) {
    const size = Buffer.byteLength(JSON.stringify(notification)) + OVERHEAD_BYTES
    const current = parts.at(-1)
    if (current && current.length < MESSAGES_PER_CALL && bytes + size <= BYTES_PER_CALL) {
      current.push(notification)
      bytes += size
    } else {
      parts.push([notification])
      bytes = size
    }
  }
  return parts
}
