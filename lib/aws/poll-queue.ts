import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { readEnv } from '../config/env.ts'
import type { PollRequest } from '../model/events.ts'
import { chunk } from './dynamodb.ts'

const sqs = new SQSClient({})

/** Queues polls, each after its own delay in whole seconds (0–900). Throws when SQS refused any of them. */
export async function requestPolls(polls: { request: PollRequest; delayS: number }[]): Promise<void> {
  for (const part of chunk(polls, 10)) {
    const answer = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: readEnv('POLL_QUEUE_URL').POLL_QUEUE_URL,
        Entries: part.map(({ request, delayS }, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(request),
          DelaySeconds: delayS,
        })),
      }),
    )
    const failed = answer.Failed ?? []
    if (failed.length > 0)
      throw new Error(`SQS refused ${failed.length} of ${part.length} polls: ${failed[0]?.Message}`)
  }
}
