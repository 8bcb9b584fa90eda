import { requestEvaluation } from '../lib/aws/evaluate-queue.ts'
import { requestPolls } from '../lib/aws/poll-queue.ts'
import { listServers } from '../lib/aws/servers-table.ts'
import { planPolls } from '../lib/discovery/plan-polls.ts'
import { handleEvent } from '../lib/lambda.ts'
import { ScheduledEvent } from '../lib/model/events.ts'

/** Cuts the registry into batches and queues their polls with jitter; asks for an evaluation, so that silence is judged. */
export const handler = handleEvent(ScheduledEvent, async (event) => {
  const now = new Date()
  const servers = await listServers()
  const polls = planPolls(servers, new Date(event.time))
  await requestPolls(polls)
  await requestEvaluation('tick', now, `${event.id}@${event.time}`)
  return { servers: servers.length, batches: polls.length }
})
