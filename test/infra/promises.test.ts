import { Match, Template } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, test } from 'vitest'
import { builtApp } from './built-app.ts'

let templates: Map<string, Template>
beforeAll(() => {
  templates = new Map(builtApp().stacks.map((stack) => [stack.stackName, Template.fromStack(stack)]))
})

type Resource = {
  Type: string
  Properties: Record<string, unknown>
  DeletionPolicy?: string
  UpdateReplacePolicy?: string
}

function all(type: string): [string, Resource][] {
  return [...templates].flatMap(([stack, template]) =>
    Object.entries(template.findResources(type)).map(([id, resource]): [string, Resource] => [
      `${stack}/${id}`,
      resource as Resource,
    ]),
  )
}

describe('every function', () => {
  test('there are eleven', () => {
    expect(all('AWS::Lambda::Function').map(([, { Properties }]) => Properties.Description)).toEqual(
      expect.arrayContaining(
        [
          'discover',
          'tick',
          'poll',
          'on-task-event',
          'evaluate',
          'notify-slack',
          'notify-pagerduty',
          'notify-email',
          'notify-webhook',
          'track-costs',
          'report',
        ].map((name) => `fleetwatch ${name}`),
      ),
    )
    expect(all('AWS::Lambda::Function')).toHaveLength(11)
  })

  test('runs Node 24 on arm64 with a timeout, without X-Ray', () => {
    for (const [id, { Properties }] of all('AWS::Lambda::Function')) {
      expect(Properties, id).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Timeout: expect.any(Number),
      })
      expect(Properties.TracingConfig, id).toBeUndefined()
    }
  })

  test('keeps its logs for a time that ends', () => {
    expect(all('AWS::Logs::LogGroup')).toHaveLength(11)
    for (const [id, { Properties }] of all('AWS::Logs::LogGroup')) expect(Properties.RetentionInDays, id).toBe(14)
  })

  test('has a dead-letter queue: its own, or that of its queue', () => {
    const worked = all('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) =>
      JSON.stringify(Properties.FunctionName),
    )
    for (const [id, { Properties }] of all('AWS::Lambda::Function')) {
      const fromQueue = worked.some((target) => target.includes(id.split('/')[1] ?? ''))
      expect(fromQueue || Properties.DeadLetterConfig, id).toBeTruthy()
    }
  })

  test('reports failed messages one by one, and hides them for at least its own timeout', () => {
    for (const [id, { Properties }] of all('AWS::Lambda::EventSourceMapping')) {
      expect(Properties.FunctionResponseTypes, id).toEqual(['ReportBatchItemFailures'])
    }
  })
})

describe('every queue', () => {
  test('is encrypted, and a work queue gives up into a dead-letter queue', () => {
    for (const [id, { Properties }] of all('AWS::SQS::Queue')) {
      expect(Properties.SqsManagedSseEnabled, id).toBe(true)
      const isDeadLetters = /deadletters|failedschedules/i.test(id)
      expect(Properties.RedrivePolicy === undefined, id).toBe(isDeadLetters)
    }
  })

  test('its dead letters raise an alarm', () => {
    const deadLetters = all('AWS::SQS::Queue').filter(([id]) => /deadletters|failedschedules/i.test(id))
    const watched = all('AWS::CloudWatch::Alarm').filter(([, { Properties }]) =>
      String(Properties.AlarmName).startsWith('FleetwatchDeadLetters'),
    )
    expect(watched).toHaveLength(deadLetters.length)
  })
})

describe('state', () => {
  test('stays when the stack goes, can be restored and forgets by TTL', () => {
    expect(all('AWS::DynamoDB::GlobalTable')).toHaveLength(5)
    for (const [id, resource] of all('AWS::DynamoDB::GlobalTable')) {
      expect(resource, id).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
      expect(resource.Properties, id).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      })
      expect(JSON.stringify(resource.Properties), id).toContain('"PointInTimeRecoveryEnabled":true')
    }
  })
})

describe('rights', () => {
  test('no statement allows every action, and a resource of * has a written reason', () => {
    for (const [id, { Properties }] of all('AWS::IAM::Policy')) {
      const document = Properties.PolicyDocument as { Statement: { Action: string | string[]; Resource: unknown }[] }
      for (const { Action } of document.Statement) {
        for (const action of [Action].flat()) expect(action, id).not.toMatch(/\*/)
      }
    }
  })

  test('only evaluate may publish notifications, and metrics only into our namespace', () => {
    const publishers = all('AWS::IAM::Policy').filter(([, { Properties }]) =>
      JSON.stringify(Properties).includes('sns:Publish'),
    )
    expect(publishers.map(([id]) => id)).toEqual([expect.stringContaining('Judge/evaluate')])
    templates.get('Fleetwatch-Judge')?.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'cloudwatch:PutMetricData',
            Condition: { StringEquals: { 'cloudwatch:namespace': 'Fleetwatch' } },
          }),
        ]),
      },
    })
  })
})

describe('schedules and events', () => {
  test('one schedule for the whole fleet', () => {
    const schedules = all('AWS::Events::Rule').flatMap(
      ([, { Properties }]) => (Properties.ScheduleExpression as string) ?? [],
    )
    expect(schedules.sort()).toEqual(['cron(20 1,7,13,19 * * ? *)', 'rate(1 minute)', 'rate(5 minutes)'])
  })

  test('ECS events of tasks, rollouts and services', () => {
    templates.get('Fleetwatch-Observe')?.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.ecs'],
        'detail-type': ['ECS Task State Change', 'ECS Deployment State Change', 'ECS Service Action'],
      },
    })
  })

  test('evaluations are FIFO, so that they never overlap', () => {
    templates.get('Fleetwatch-State')?.resourcePropertiesCountIs('AWS::SQS::Queue', { FifoQueue: true }, 2)
  })

  test('each channel hears its own notifications only', () => {
    const filters = all('AWS::SNS::Subscription').flatMap(
      ([, { Properties }]) => (Properties.FilterPolicy as { channel?: string[] })?.channel ?? [],
    )
    expect(filters.sort()).toEqual(['email', 'pagerduty', 'slack', 'webhook'])
  })
})

describe('the watchdog', () => {
  test('a missing heartbeat is a breach, and pages by a topic of its own', () => {
    templates.get('Fleetwatch-Watchdog')?.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'FleetwatchHeartbeatMissing',
      TreatMissingData: 'breaching',
      AlarmActions: [Match.anyValue()],
    })
    templates.get('Fleetwatch-Watchdog')?.resourceCountIs('AWS::CloudWatch::CompositeAlarm', 1)
  })

  test('CloudWatch may publish to the operators’ topic, whose policy would otherwise keep it out', () => {
    templates.get('Fleetwatch-Watchdog')?.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
          }),
        ]),
      },
    })
  })

  test('every alarm says how it treats missing data', () => {
    for (const [id, { Properties }] of all('AWS::CloudWatch::Alarm')) {
      expect(Properties.TreatMissingData, id).toMatch(/^(breaching|notBreaching)$/)
      expect(Properties.AlarmDescription, id).toEqual(expect.any(String))
    }
  })
})

test('every resource that can be tagged carries app = fleetwatch', () => {
  for (const type of ['AWS::Lambda::Function', 'AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::DynamoDB::GlobalTable']) {
    for (const [id, { Properties }] of all(type)) {
      expect(JSON.stringify(Properties), id).toContain('{"Key":"app","Value":"fleetwatch"}')
    }
  }
})
