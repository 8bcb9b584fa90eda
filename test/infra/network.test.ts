import { App, Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { expect, test } from 'vitest'
import { buildStacks } from '../../bin/app.ts'
import { theConfig } from './built-app.ts'

test('with a network, poll alone runs in the given subnets, and may make its interfaces', () => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  const network = {
    vpc: 'vpc-0123456789abcdef0',
    availability_zones: ['us-east-1a', 'us-east-1b'],
    subnets: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    security_groups: ['sg-0123456789abcdef0'],
  }
  const { stacks } = buildStacks(app, { ...theConfig(), network }, { region: 'us-east-1', account: '123456789012' })
  const inside = stacks.flatMap((stack) =>
    Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
      .filter(({ Properties }) => Properties.VpcConfig)
      .map(({ Properties }) => [Properties.Description, Properties.VpcConfig]),
  )
  expect(inside).toEqual([
    ['fleetwatch poll', { SubnetIds: network.subnets, SecurityGroupIds: network.security_groups }],
  ])
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  expect(() => app.synth()).not.toThrow()
})
