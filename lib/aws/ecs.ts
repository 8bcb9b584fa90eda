import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  paginateListClusters,
  paginateListServices,
  paginateListTasks,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs'
import type { EcsFacts } from '../model/ecs-facts.ts'
import type { TaskDefinition, VisibleService, VisibleTask } from '../model/visible-service.ts'
import { chunk } from './dynamodb.ts'

const ecs = new ECSClient({})

/** Batch sizes of Amazon ECS (API reference): 10 services and 100 tasks per Describe call. */
const SERVICES_PER_CALL = 10
const TASKS_PER_CALL = 100

/** Names of the account's clusters in this Region. */
export async function listClusters(): Promise<string[]> {
  const names: string[] = []
  for await (const page of paginateListClusters({ client: ecs }, {})) {
    names.push(...(page.clusterArns ?? []).map(lastPart))
  }
  return names
}

/** All services of a cluster with their tags. */
export async function listServices(cluster: string): Promise<VisibleService[]> {
  const arns: string[] = []
  for await (const page of paginateListServices({ client: ecs }, { cluster, maxResults: 100 }))
    arns.push(...(page.serviceArns ?? []))
  const services: VisibleService[] = []
  for (const part of chunk(arns, SERVICES_PER_CALL)) {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: part, include: ['TAGS'] }))
    services.push(...(answer.services ?? []).map((service) => visibleService(cluster, service)))
  }
  return services.filter((service) => service.status === 'ACTIVE')
}

/** What ECS says now of the named services, by service name. A service that ECS does not know is absent. */
export async function readServiceFacts(cluster: string, services: readonly string[]): Promise<Map<string, EcsFacts>> {
  const facts = new Map<string, EcsFacts>()
  for (const part of chunk(services, SERVICES_PER_CALL)) {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: part }))
    for (const service of answer.services ?? []) {
      if (service.status === 'ACTIVE' && service.serviceName) facts.set(service.serviceName, factsOf(service))
    }
  }
  return facts
}

/** Running tasks of a cluster, by service name. */
export async function listRunningTasks(cluster: string): Promise<Map<string, VisibleTask[]>> {
  const arns: string[] = []
  for await (const page of paginateListTasks({ client: ecs }, { cluster, desiredStatus: 'RUNNING' }))
    arns.push(...(page.taskArns ?? []))
  const tasks = new Map<string, VisibleTask[]>()
  for (const part of chunk(arns, TASKS_PER_CALL)) {
    const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks: part }))
    for (const task of answer.tasks ?? []) {
      const service = task.group?.startsWith('service:') ? task.group.slice('service:'.length) : undefined
      if (service) tasks.set(service, [...(tasks.get(service) ?? []), visibleTask(task)])
    }
  }
  return tasks
}

/** Size and first port of a task definition; undefined when it no longer exists. */
export async function readTaskDefinition(arn: string): Promise<TaskDefinition | undefined> {
  const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn }))
  const definition = answer.taskDefinition
  if (!definition) return undefined
  const containers = definition.containerDefinitions ?? []
  const sum = (values: (number | undefined)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0)
  const port = containers.flatMap((container) => container.portMappings ?? [])[0]?.containerPort
  return {
    cpuUnits: Number(definition.cpu) || sum(containers.map((container) => container.cpu)),
    memoryMiB: Number(definition.memory) || sum(containers.map((container) => container.memory)),
    architecture: definition.runtimePlatform?.cpuArchitecture === 'ARM64' ? 'arm64' : 'x86_64',
    ...(port !== undefined && { port }),
  }
}

function visibleService(cluster: string, service: Service): VisibleService {
  return {
    cluster,
    service: service.serviceName ?? '',
    status: service.status ?? '',
    tags: Object.fromEntries((service.tags ?? []).map((tag) => [tag.key ?? '', tag.value ?? ''])),
    launchType: service.launchType ?? service.capacityProviderStrategy?.[0]?.capacityProvider ?? 'FARGATE',
    ...(service.taskDefinition && { taskDefinition: service.taskDefinition }),
  }
}

function visibleTask(task: Task): VisibleTask {
  const details = task.attachments?.flatMap((attachment) => attachment.details ?? [])
  const address = details?.find((detail) => detail.name === 'privateIPv4Address')?.value
  return {
    taskArn: task.taskArn ?? '',
    ...(task.taskDefinitionArn && { taskDefinition: task.taskDefinitionArn }),
    ...(address && { address }),
    ...(task.startedAt && { startedAt: task.startedAt.toISOString() }),
  }
}

function factsOf(service: Service): EcsFacts {
  const rollout = service.deployments?.find((deployment) => deployment.status === 'PRIMARY')
  return {
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    ...(service.taskDefinition && { taskDefinition: service.taskDefinition }),
    ...(rollout?.rolloutState && { rolloutState: rollout.rolloutState }),
    ...(rollout?.rolloutStateReason && { rolloutStateReason: rollout.rolloutStateReason }),
    ...(rollout?.createdAt && { rolloutStartedAt: rollout.createdAt.toISOString() }),
  }
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}
