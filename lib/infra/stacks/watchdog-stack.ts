import { Duration, Stack, type StackProps } from 'aws-cdk-lib'
import {
  Alarm,
  type AlarmProps,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  type IAlarm,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { Config } from '../../config/load.ts'
import type { Handler } from '../handler.ts'

export interface WatchdogProps extends StackProps {
  config: Config
  handlers: Handler[]
  deadLetters: Queue[]
  evaluations: IQueue
}

/**
 * Native alarms on fleetwatch itself. They depend on none of its functions: their topic has direct subscriptions, so
 * they page even when fleetwatch is dead. The alarm names stand in docs/runbook.md.
 */
export class WatchdogStack extends Stack {
  /** Alarms that are billed each. */
  alarmCount = 0
  private readonly operators = new Topic(this, 'operators', { enforceSSL: true })

  constructor(scope: Construct, id: string, { config, handlers, deadLetters, evaluations, ...props }: WatchdogProps) {
    super(scope, id, props)
    this.letCloudWatchPublish()
    for (const address of config.operators.email) this.operators.addSubscription(new EmailSubscription(address))
    for (const url of config.operators.https) this.operators.addSubscription(new UrlSubscription(url))

    const heartbeat = this.alarm('FleetwatchHeartbeatMissing', {
      alarmDescription:
        'No evaluation ended well for 5 minutes: nobody is paged for the servers. Silence is the fault here.',
      metric: new Metric({
        namespace: 'Fleetwatch',
        metricName: 'fleetwatch_heartbeat',
        statistic: 'Sum',
        period: Duration.minutes(1),
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 5,
      treatMissingData: TreatMissingData.BREACHING,
    })
    const evaluationAge = this.alarm('FleetwatchEvaluationsLate', {
      alarmDescription: 'A request for an evaluation waits for more than 3 minutes: alerts come late.',
      metric: evaluations.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: 180,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
    this.alarm('FleetwatchFleetUnhealthy', {
      alarmDescription: `At least half of the expected servers (${config.fleet.expected_servers}) are critical: a common cause is likely.`,
      metric: new Metric({
        namespace: 'Fleetwatch',
        metricName: 'fleetwatch_servers',
        dimensionsMap: { health: 'critical' },
        statistic: 'Minimum',
        period: Duration.minutes(1),
      }),
      threshold: Math.max(1, Math.ceil(config.fleet.expected_servers / 2)),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 3,
      // Missing data is the heartbeat's business.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
    const deadLetterAlarms = deadLetters.map((queue, index) =>
      this.alarm(`FleetwatchDeadLetters-${index}`, {
        alarmDescription: `Messages were given up: ${queue.node.path}. Read one, mend the cause, start a redrive.`,
        metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: Duration.minutes(1) }),
        threshold: 0,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
    )
    const errorAlarms = handlers.map((handler) =>
      this.alarm(`FleetwatchErrors-${handler.handlerName}`, {
        alarmDescription: `The function ${handler.handlerName} fails in 3 of 5 minutes.`,
        metric: handler.metricErrors({ statistic: 'Sum', period: Duration.minutes(1) }),
        threshold: 0,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 5,
        datapointsToAlarm: 3,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
    )
    this.composite([heartbeat, evaluationAge, ...deadLetterAlarms, ...errorAlarms])
    new QueryDefinition(this, 'failed-messages', {
      queryDefinitionName: 'fleetwatch/failed messages',
      queryString: new QueryString({
        fields: ['@timestamp', 'service', 'function_name', 'message', 'error.message', 'messageId'],
        filterStatements: ['level = "ERROR"'],
        sort: '@timestamp desc',
        limit: 100,
      }),
      logGroups: handlers.map((handler) => handler.logGroup),
    })
  }

  private alarm(name: string, props: AlarmProps): Alarm {
    const alarm = new Alarm(this, name, { alarmName: name, ...props })
    this.alarmCount += 1
    alarm.addAlarmAction(new SnsAction(this.operators))
    alarm.addOkAction(new SnsAction(this.operators))
    return alarm
  }

  /** A topic with a policy of its own (here: TLS only) no longer lets its account's alarms in by itself. */
  private letCloudWatchPublish(): void {
    this.operators.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.operators.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    )
  }

  /** One light for "is fleetwatch itself in order", to look at and to hang other automation on; it sends nothing itself. */
  private composite(alarms: IAlarm[]): void {
    new CompositeAlarm(this, 'FleetwatchBroken', {
      compositeAlarmName: 'FleetwatchBroken',
      alarmDescription: 'Some part of fleetwatch itself is not in order.',
      alarmRule: AlarmRule.anyOf(...alarms.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM))),
    })
  }
}
