import { requestPolls } from '../lib/aws/poll-queue.ts'
import { findServerByService, recordTaskStop } from '../lib/aws/servers-table.ts'
import { handleMessages, logger } from '../lib/lambda.ts'
import { EcsEvent } from '../lib/model/events.ts'
import { minuteOf } from '../lib/model/sample.ts'
import { readTaskEvent } from '../lib/resources/read-task-event.ts'

/** Counts restarts, keeps stop codes and exit codes, and queues an immediate poll of the one server. */
export const handler = handleMessages(EcsEvent, async (event) => {
  const now = new Date()
  const seen = readTaskEvent(event)
  const server = seen && (await findServerByService(seen.cluster, seen.service))
  if (!server) {
    logger.info('ignored an event of a service that is not in the registry', { eventId: event.id, seen })
    return
  }
  if (seen.stop) await recordTaskStop(server.deployment, seen.stop, seen.isRestart, now)
  const minute = minuteOf(now.getTime())
  await requestPolls([
    { request: { reason: 'event', minute, batch: event.id, deployments: [server.deployment] }, delayS: 0 },
  ])
})
