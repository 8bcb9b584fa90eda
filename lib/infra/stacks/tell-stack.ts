import { Stack } from 'aws-cdk-lib'
import { SubscriptionFilter } from 'aws-cdk-lib/aws-sns'
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { MAX_RECEIVES } from '../../channels/backoff.ts'
import { secretsOfChannel } from '../../config/secrets-of.ts'
import { CHANNELS } from '../../model/notification.ts'
import { Handler, seconds } from '../handler.ts'
import { sendsEmail } from '../permissions.ts'
import { WorkQueue } from '../work-queue.ts'
import type { StageProps } from './observe-stack.ts'

/**
 * One queue and one function per channel, subscribed to the notifications topic by channel. All channels always exist,
 * used or not: an idle one costs nothing, and editing alertmanager.yml never takes resources away from another stack.
 */
export class TellStack extends Stack {
  readonly handlers: Handler[] = []
  readonly deadLetters: Queue[] = []

  constructor(scope: Construct, id: string, { config, configFile, state, ...props }: StageProps) {
    super(scope, id, props)
    for (const channel of CHANNELS) {
      // Retries are postponed one by one (2 s, 4 s, … or what Retry-After says), for about an hour and a half.
      const queue = new WorkQueue(this, `${channel}-queue`, {
        visibilityTimeout: seconds(60),
        maxReceives: MAX_RECEIVES,
      })
      state.notifications.addSubscription(
        new SqsSubscription(queue.queue, {
          rawMessageDelivery: true,
          filterPolicy: { channel: SubscriptionFilter.stringFilter({ allowlist: [channel] }) },
        }),
      )
      const notify = new Handler(this, `notify-${channel}`, { timeout: seconds(60), memoryMiB: 256, configFile })
        .readsAndWrites(state.deliveries, 'DELIVERIES_TABLE')
        .readsSecrets(secretsOfChannel(config, channel))
      if (channel === 'email') sendsEmail(notify)
      queue.isWorkedBy(notify, { batchSize: 10 })
      this.handlers.push(notify)
      this.deadLetters.push(queue.deadLetters)
    }
  }
}
