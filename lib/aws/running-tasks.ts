import type { Server } from '../model/server.ts'
import { readServiceFacts } from './ecs.ts'

/** How many tasks of each server run now, by server name. A service that ECS does not know is absent. */
export async function countRunningTasks(servers: readonly Server[]): Promise<Map<string, number>> {
  const running = new Map<string, number>()
  for (const cluster of new Set(servers.map((server) => server.cluster))) {
    const here = servers.filter((server) => server.cluster === cluster)
    const facts = await readServiceFacts(
      cluster,
      here.map((server) => server.service),
    )
    for (const { deployment, service } of here) {
      const found = facts.get(service)
      if (found) running.set(deployment, found.running)
    }
  }
  return running
}
