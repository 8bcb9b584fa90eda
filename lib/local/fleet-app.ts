#!/usr/bin/env node
import { App, Stack, Tags } from 'aws-cdk-lib'
import { Vpc } from 'aws-cdk-lib/aws-ec2'
import { Cluster, ContainerImage, FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs'

/**
 * A fleet to watch: one ECS cluster with one service per entry of the context `servers` (JSON: name → endpoint). It is
 * an app of its own, deployed beside fleetwatch as a user's fleet would be.
 */
const app = new App()
const servers = JSON.parse(app.node.getContext('servers')) as Record<string, { endpoint: string; team: string }>
const stack = new Stack(app, 'Demo-Fleet')
const vpc = new Vpc(stack, 'vpc', { natGateways: 0, maxAzs: 2 })
const cluster = new Cluster(stack, 'cluster', { vpc, clusterName: 'demo' })
for (const [name, { endpoint, team }] of Object.entries(servers)) {
  const taskDefinition = new FargateTaskDefinition(stack, `${name}-task`, { cpu: 256, memoryLimitMiB: 512 })
  taskDefinition.addContainer('mcp', {
    image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/node:24'),
    portMappings: [{ containerPort: Number(new URL(endpoint).port) }],
  })
  const service = new FargateService(stack, name, {
    cluster,
    taskDefinition,
    serviceName: name,
    desiredCount: 1,
  })
  Tags.of(service).add('fleetwatch:enabled', 'true')
  Tags.of(service).add('fleetwatch:endpoint', endpoint)
  Tags.of(service).add('fleetwatch:label:team', team)
}
