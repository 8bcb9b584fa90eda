import type { PollRequest } from '../model/events.ts'
import { minuteOf } from '../model/sample.ts'
import type { Server } from '../model/server.ts'

/** Servers per poll: one probe each in parallel stays far below the 1,024 file descriptors of a Lambda. */
const SERVERS_PER_POLL = 50
/** Polls are spread over this part of the minute, so that a fleet is not asked all at once. */
const SPREAD_S = 45

/**
 * The minute's polls. The batch of a server depends only on the fleet's names, so a replayed tick asks for the same
 * blocks; the delay of each batch is its place in the spread.
 */
export function planPolls(servers: Pick<Server, 'deployment'>[], at: Date): { request: PollRequest; delayS: number }[] {
  const names = servers.map((server) => server.deployment).sort()
  const count = Math.ceil(names.length / SERVERS_PER_POLL)
  return Array.from({ length: count }, (_, index) => ({
    request: {
      reason: 'schedule',
      minute: minuteOf(at.getTime()),
      batch: String(index).padStart(3, '0'),
      deployments: names.slice(index * SERVERS_PER_POLL, (index + 1) * SERVERS_PER_POLL),
    },
    delayS: Math.floor((index * SPREAD_S) / count),
  }))
}

/**
 * One more look, soon, at the servers whose verdict hangs on it. Its batch is named after the poll that asked for it,
 * so a replayed poll asks for the same block.
 */
export function planRecheck(
  request: PollRequest,
  polled: { deployment: string; recheckAfterMs?: number }[],
): { request: PollRequest; delayS: number }[] {
  const again = polled.filter(({ recheckAfterMs }) => recheckAfterMs !== undefined)
  if (again.length === 0) return []
  const delayMs = Math.max(...again.map(({ recheckAfterMs = 0 }) => recheckAfterMs))
  return [
    {
      request: {
        reason: 'event',
        minute: request.minute,
        batch: `${request.batch}+`,
        deployments: again.map(({ deployment }) => deployment),
      },
      delayS: Math.ceil(delayMs / 1000),
    },
  ]
}
