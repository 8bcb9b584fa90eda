import { ChangeMessageVisibilityCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { SQSRecord } from 'aws-lambda'

const sqs = new SQSClient({})
const urls = new Map<string, Promise<string>>()

/** Longest time SQS hides a message, counted from when it was received (SQS API reference, ChangeMessageVisibility). */
const LONGEST_SECONDS = 43_000

/** Hides a message that is being worked on for so many seconds from now; when its handler then fails, it comes back after them. */
export async function postpone(record: SQSRecord, seconds: number): Promise<void> {
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: await queueUrl(record.eventSourceARN),
      ReceiptHandle: record.receiptHandle,
      VisibilityTimeout: Math.min(Math.max(0, Math.ceil(seconds)), LONGEST_SECONDS),
    }),
  )
}

function queueUrl(arn: string): Promise<string> {
  const known = urls.get(arn)
  if (known) return known
  const [, , , , account = '', name = ''] = arn.split(':')
  const url = sqs
    .send(new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }))
    .then((answer) => answer.QueueUrl ?? '')
  urls.set(arn, url)
  url.catch(() => urls.delete(arn))
  return url
}
