import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Topic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { WorkQueue } from '../work-queue.ts'

/** What outlives every function: the tables, and the queue and topic that join the stages. */
export class StateStack extends Stack {
  readonly servers = this.table('servers', 'facet', 'deployment', { byService: true })
  readonly samples = this.table('samples', 'minute', 'part')
  readonly alerts = this.table('alerts', 'kind', 'id')
  readonly deliveries = this.table('deliveries', 'thread', 'notification')
  readonly costs = this.table('costs', 'kind', 'id')
  /** FIFO with one message group: evaluations never overlap. */
  readonly evaluations = new WorkQueue(this, 'evaluations', {
    fifo: true,
    visibilityTimeout: Duration.seconds(65),
    maxReceives: 3,
  })
  readonly notifications = new Topic(this, 'notifications', { enforceSSL: true })

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props)
  }

  private table(id: string, partition: string, sort: string, options: { byService?: boolean } = {}): TableV2 {
    return new TableV2(this, id, {
      partitionKey: { name: partition, type: AttributeType.STRING },
      sortKey: { name: sort, type: AttributeType.STRING },
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
      ...(options.byService && {
        globalSecondaryIndexes: [
          { indexName: 'by-service', partitionKey: { name: 'serviceKey', type: AttributeType.STRING } },
        ],
      }),
    })
  }
}
