import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { readEnv } from '../config/env.ts'
import type { EvaluateRequest } from '../model/events.ts'

const sqs = new SQSClient({})
const SLOT_MS = 15_000

/**
 * Asks for an evaluation. The queue is FIFO with one message group, so evaluations never overlap. Requests of polls are
 * deduplicated to one per 15 s slot; an event's and a tick's own requests only against copies of themselves (`cause`), so
 * that silence is judged even when no poll came.
 */
export async function requestEvaluation(reason: EvaluateRequest['reason'], now: Date, cause = ''): Promise<void> {
  const slot = Math.floor(now.getTime() / SLOT_MS)
  const request: EvaluateRequest = { reason, at: now.toISOString() }
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: readEnv('EVALUATE_QUEUE_URL').EVALUATE_QUEUE_URL,
      MessageBody: JSON.stringify(request),
      MessageGroupId: 'fleet',
      MessageDeduplicationId: reason === 'poll' ? `poll-${slot}` : `${reason}-${cause}`,
    }),
  )
}
