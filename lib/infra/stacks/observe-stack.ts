import { Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction, SqsQueue } from 'aws-cdk-lib/aws-events-targets'
import type { Construct } from 'constructs'
import type { Config } from '../../config/load.ts'
import { secretsOfProbes } from '../../config/secrets-of.ts'
import { Handler, seconds } from '../handler.ts'
import { ecsReadsKnowNoResource, publishesMetricsOnly } from '../permissions.ts'
import { deadLetterQueue, WorkQueue } from '../work-queue.ts'
import type { StateStack } from './state-stack.ts'

export interface StageProps extends StackProps {
  config: Config
  configFile: string
  state: StateStack
}

/** discover, tick, poll, on-task-event: finds the servers and writes what is seen of them. */
export class ObserveStack extends Stack {
  readonly handlers: Handler[]
  readonly deadLetters

  constructor(scope: Construct, id: string, props: StageProps) {
    super(scope, id, props)
    const { config, configFile, state } = props
    const failedSchedules = deadLetterQueue(this, 'failed-schedules')

    const discover = new Handler(this, 'discover', {
      timeout: seconds(300),
      memoryMiB: 256,
      configFile,
      deadLetterQueue: failedSchedules,
    }).readsAndWrites(state.servers, 'SERVERS_TABLE')
    ecsReadsKnowNoResource(discover)
    new Rule(this, 'every-5-minutes', {
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaFunction(discover)],
    })
    new Rule(this, 'service-events', {
      eventPattern: { source: config.fleet.event_sources, detailType: ['ECS Deployment State Change'] },
      targets: [new LambdaFunction(discover)],
    })

    const polls = new WorkQueue(this, 'polls', { visibilityTimeout: seconds(120), maxReceives: 3 })
    const tick = new Handler(this, 'tick', {
      timeout: seconds(30),
      memoryMiB: 256,
      configFile,
      deadLetterQueue: failedSchedules,
    })
      .reads(state.servers, 'SERVERS_TABLE')
      .sends(polls.queue, 'POLL_QUEUE_URL')
      .sends(state.evaluations.queue, 'EVALUATE_QUEUE_URL')
    new Rule(this, 'every-minute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(tick)],
    })

    const poll = new Handler(this, 'poll', {
      timeout: seconds(60),
      memoryMiB: 256,
      configFile,
      ...this.network(config),
    })
      .readsAndWrites(state.servers, 'SERVERS_TABLE')
      .readsAndWrites(state.samples, 'SAMPLES_TABLE')
      .sends(state.evaluations.queue, 'EVALUATE_QUEUE_URL')
      .sends(polls.queue, 'POLL_QUEUE_URL')
      .readsSecrets(secretsOfProbes(config))
    ecsReadsKnowNoResource(poll)
    publishesMetricsOnly(poll)
    polls.isWorkedBy(poll, { batchSize: 1 })

    const events = new WorkQueue(this, 'ecs-events', { visibilityTimeout: seconds(60), maxReceives: 3 })
    const onTaskEvent = new Handler(this, 'on-task-event', { timeout: seconds(30), memoryMiB: 256, configFile })
      .readsAndWrites(state.servers, 'SERVERS_TABLE', ['by-service'])
      .sends(polls.queue, 'POLL_QUEUE_URL')
    events.isWorkedBy(onTaskEvent, { batchSize: 10 })
    new Rule(this, 'ecs-state-changes', {
      eventPattern: {
        source: config.fleet.event_sources,
        detailType: ['ECS Task State Change', 'ECS Deployment State Change', 'ECS Service Action'],
      },
      targets: [new SqsQueue(events.queue)],
    })

    this.handlers = [discover, tick, poll, onTaskEvent]
    this.deadLetters = [failedSchedules, polls.deadLetters, events.deadLetters]
  }

  private network({ network }: Config) {
    if (!network) return {}
    return {
      vpc: Vpc.fromVpcAttributes(this, 'vpc', { vpcId: network.vpc, availabilityZones: network.availability_zones }),
      vpcSubnets: { subnets: network.subnets.map((id) => Subnet.fromSubnetId(this, id, id)) },
      securityGroups: network.security_groups.map((id) =>
        SecurityGroup.fromSecurityGroupId(this, id, id, { mutable: false }),
      ),
    }
  }
}
