import { Validations } from 'aws-cdk-lib'
import type { Handler } from './handler.ts'

/** Reads ECS. List and Describe calls over all clusters take no narrower resource than `*`. */
export function ecsReadsKnowNoResource(handler: Handler): void {
  handler.allow(
    [
      'ecs:ListClusters',
      'ecs:ListServices',
      'ecs:DescribeServices',
      'ecs:ListTasks',
      'ecs:DescribeTasks',
      'ecs:DescribeTaskDefinition',
    ],
    ['*'],
  )
  acknowledgeWildcard(
    handler,
    'The fleet spans clusters that are not known at deploy time; ListClusters and DescribeTaskDefinition take no resource.',
  )
}

/** PutMetricData takes no resource; the namespace is held by a condition. */
export function publishesMetricsOnly(handler: Handler): void {
  handler.allow(['cloudwatch:PutMetricData'], ['*'], { StringEquals: { 'cloudwatch:namespace': 'Fleetwatch' } })
  acknowledgeWildcard(handler, 'PutMetricData takes no resource; the condition allows the namespace Fleetwatch only.')
}

/** Lambda makes its network interfaces with the function's own role (Lambda Developer Guide, "Giving Lambda functions access to a VPC"). */
export function attachesNetworkInterfaces(handler: Handler): void {
  handler.allow(
    [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
    ['*'],
  )
  acknowledgeWildcard(handler, 'Lambda needs these on interfaces that do not exist yet.')
}

/** Cost Explorer knows no resources. */
export function readsCosts(handler: Handler): void {
  handler.allow(['ce:GetCostAndUsage'], ['*'])
  acknowledgeWildcard(handler, 'Cost Explorer takes no resource.')
}

/** SES checks the sender identity by the From address, which the condition could not name for every receiver. */
export function sendsEmail(handler: Handler): void {
  handler.allow(['ses:SendEmail'], ['*'])
  acknowledgeWildcard(handler, 'Sender identities are named in alertmanager.yml and may be addresses or domains.')
}

function acknowledgeWildcard(handler: Handler, reason: string): void {
  Validations.of(handler.role ?? handler).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason })
}
