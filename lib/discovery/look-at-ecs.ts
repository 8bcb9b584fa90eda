import type { Server } from '../model/server.ts'
import type { TaskDefinition, VisibleService, VisibleTask } from '../model/visible-service.ts'
import type { Visible } from './decide-servers.ts'

/** What discovery reads from ECS (lib/aws/ecs.ts). */
interface EcsReader {
  listClusters(): Promise<string[]>
  listServices(cluster: string): Promise<VisibleService[]>
  listRunningTasks(cluster: string): Promise<Map<string, VisibleTask[]>>
  readTaskDefinition(arn: string): Promise<TaskDefinition | undefined>
}

/**
 * Reads all services, running tasks and task definitions of the clusters. A task definition never changes, so those
 * whose size the registry knows already are not read again.
 */
export async function lookAtEcs(clusters: string[] | undefined, known: Server[], ecs: EcsReader): Promise<Visible> {
  const services: VisibleService[] = []
  const tasks = new Map<string, VisibleTask[]>()
  for (const cluster of clusters ?? (await ecs.listClusters())) {
    services.push(...(await ecs.listServices(cluster)))
    for (const [service, running] of await ecs.listRunningTasks(cluster)) tasks.set(`${cluster}/${service}`, running)
  }
  const definitions = new Map<string, TaskDefinition>()
  for (const { taskDefinition, task } of known) if (taskDefinition && task) definitions.set(taskDefinition, task)
  for (const { taskDefinition: arn } of services) {
    if (!arn || definitions.has(arn)) continue
    const definition = await ecs.readTaskDefinition(arn)
    if (definition) definitions.set(arn, definition)
  }
  return { services, tasks, definitions }
}
