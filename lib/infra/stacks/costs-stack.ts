import { Stack } from 'aws-cdk-lib'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import type { Construct } from 'constructs'
import { secretsOfReport } from '../../config/secrets-of.ts'
import { Handler, seconds } from '../handler.ts'
import { ecsReadsKnowNoResource, readsCosts, sendsEmail } from '../permissions.ts'
import { deadLetterQueue } from '../work-queue.ts'
import type { StageProps } from './observe-stack.ts'

/** track-costs four times a day, and the daily report. */
export class CostsStack extends Stack {
  readonly handlers: Handler[]
  readonly deadLetters

  constructor(scope: Construct, id: string, { config, configFile, state, ...props }: StageProps) {
    super(scope, id, props)
    const failedSchedules = deadLetterQueue(this, 'failed-schedules')
    const common = { timeout: seconds(120), memoryMiB: 256, configFile, deadLetterQueue: failedSchedules }

    const trackCosts = new Handler(this, 'track-costs', common)
      .reads(state.servers, 'SERVERS_TABLE')
      .readsAndWrites(state.costs, 'COSTS_TABLE')
    readsCosts(trackCosts)
    // Running tasks × task size × price is the live estimate.
    ecsReadsKnowNoResource(trackCosts)
    // Cost Explorer is refreshed up to three times a day; every call costs $0.01.
    new Rule(this, 'four-times-a-day', {
      schedule: Schedule.cron({ minute: '20', hour: '1,7,13,19' }),
      targets: [new LambdaFunction(trackCosts)],
    })

    const report = new Handler(this, 'report', common)
      .reads(state.servers, 'SERVERS_TABLE')
      .reads(state.alerts, 'ALERTS_TABLE')
      .readsAndWrites(state.costs, 'COSTS_TABLE')
      .readsAndWrites(state.deliveries, 'DELIVERIES_TABLE')
      .readsSecrets(secretsOfReport(config))
    sendsEmail(report)
    if (config.report) this.scheduleDaily(report, config.report.at, config.report.timezone)

    this.handlers = [trackCosts, report]
    this.deadLetters = [failedSchedules]
  }

  /** EventBridge Scheduler knows time zones, so that 08:00 stays 08:00 over a change of clocks; rules know only UTC. */
  private scheduleDaily(report: Handler, at: string, timezone: string): void {
    const [hour, minute] = at.split(':').map(Number)
    const role = new Role(this, 'report-schedule-role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') })
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [report.functionArn] }))
    new CfnSchedule(this, 'daily', {
      scheduleExpression: `cron(${minute} ${hour} * * ? *)`,
      scheduleExpressionTimezone: timezone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: report.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ id: 'daily-report', time: '<aws.scheduler.scheduled-time>' }),
      },
    })
  }
}
