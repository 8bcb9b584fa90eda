import { listClusters, listRunningTasks, listServices, readTaskDefinition } from '../lib/aws/ecs.ts'
import { listServers, saveRegistry } from '../lib/aws/servers-table.ts'
import { readConfig } from '../lib/config/bundled.ts'
import { decideServers, registryChanges } from '../lib/discovery/decide-servers.ts'
import { lookAtEcs } from '../lib/discovery/look-at-ecs.ts'
import { handleEvent, logger } from '../lib/lambda.ts'
import { DiscoverEvent } from '../lib/model/events.ts'

const config = readConfig()

/** Lists ECS services, keeps those that are MCP servers, resolves their endpoints and saves the registry. */
export const handler = handleEvent(DiscoverEvent, async () => {
  const known = await listServers()
  const visible = await lookAtEcs(config.fleet.clusters, known, {
    listClusters,
    listServices,
    listRunningTasks,
    readTaskDefinition,
  })
  const decisions = decideServers(visible, config, new Date())
  const changes = registryChanges(known, decisions)
  await saveRegistry(changes)
  const servers = decisions.filter((decision) => decision.kept).length
  logger.info('discovered', { servers, services: decisions.length, put: changes.put.length, removed: changes.remove })
  return { servers, services: decisions.length, changed: changes.put.length, removed: changes.remove.length }
})
