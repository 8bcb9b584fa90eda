import { Duration } from 'aws-cdk-lib'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Handler } from './handler.ts'

export interface WorkQueueProps {
  /** How long a message is hidden after a failure; at least the timeout of the function. */
  visibilityTimeout: Duration
  /** Receives after which a message goes to the dead-letter queue. */
  maxReceives: number
  fifo?: boolean
}

/** A queue with its dead-letter queue, both encrypted and reached by TLS only. */
export class WorkQueue extends Construct {
  readonly queue: Queue
  readonly deadLetters: Queue

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id)
    const shared = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...(props.fifo && { fifo: true }) }
    this.deadLetters = new Queue(this, 'dead-letters', { ...shared, retentionPeriod: Duration.days(14) })
    this.queue = new Queue(this, 'queue', {
      ...shared,
      visibilityTimeout: props.visibilityTimeout,
      retentionPeriod: Duration.days(1),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.maxReceives },
    })
  }

  /** Lets the function work through the queue; a message that fails comes back alone. */
  isWorkedBy(handler: Handler, options: { batchSize: number; maxConcurrency?: number }): void {
    handler.addEventSource(new SqsEventSource(this.queue, { ...options, reportBatchItemFailures: true }))
  }
}

/** A dead-letter queue alone, for functions that are started by a schedule. */
export function deadLetterQueue(scope: Construct, id: string): Queue {
  return new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  })
}
