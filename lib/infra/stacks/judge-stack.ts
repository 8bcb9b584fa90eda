import { Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { Handler, seconds } from '../handler.ts'
import { publishesMetricsOnly } from '../permissions.ts'
import type { StageProps } from './observe-stack.ts'

/** evaluate: rules over samples, alert changes and their notifications in one transaction, then published. */
export class JudgeStack extends Stack {
  readonly handlers: Handler[]
  readonly deadLetters

  constructor(scope: Construct, id: string, { config: _, configFile, state, ...props }: StageProps) {
    super(scope, id, props)
    const evaluate = new Handler(this, 'evaluate', { timeout: seconds(60), memoryMiB: 1024, configFile })
      .reads(state.servers, 'SERVERS_TABLE')
      .reads(state.costs, 'COSTS_TABLE')
      .readsAndWrites(state.samples, 'SAMPLES_TABLE')
      .readsAndWrites(state.alerts, 'ALERTS_TABLE')
      .publishes(state.notifications, 'NOTIFICATIONS_TOPIC_ARN')
    publishesMetricsOnly(evaluate)
    state.evaluations.isWorkedBy(evaluate, { batchSize: 1 })
    this.handlers = [evaluate]
    this.deadLetters = [state.evaluations.deadLetters]
  }
}
