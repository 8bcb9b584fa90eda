import { connect } from 'node:net'
import type { Verdict } from '../model/verdict.ts'
import type { Judgement } from './judge.ts'

/** One or two servers that fail together are two servers that fail; it takes more to doubt the own network. */
const LEAST = 3

/** What a poll found of one server of a batch, and from which subnet it looked. */
export interface Looked {
  subnet: string
  verdict: Verdict
}

const OF_THE_NETWORK = new Set<Verdict['layer']>(['network', 'dns'])
const SILENT = new Set(['timeout', 'reset', 'cut_off'])

/** Whether a verdict is one that the prober's own lost connection would give just as well. */
export function mayBeOwn({ layer, reason, health }: Verdict): boolean {
  if (health === 'healthy' || reason === 'blocked_address') return false
  return OF_THE_NETWORK.has(layer) || SILENT.has(reason)
}

/**
 * Subnets whose servers all failed at once in the network, three at the least, so that the reference target is to be
 * asked. ECS facts do not excuse: a server that ECS says is gone is gone.
 */
export function suspectSubnets(batch: readonly Looked[]): string[] {
  const bySubnet = Map.groupBy(batch, ({ subnet }) => subnet)
  return [...bySubnet]
    .filter(([, looked]) => looked.length >= LEAST && looked.every(({ verdict }) => mayBeOwn(verdict)))
    .map(([subnet]) => subnet)
}

/**
 * The judgement when the reference target could not be reached either: `monitor-offline`, unknown, so that nobody is
 * paged for the server, and the memory as it was before, so that the outage does not count towards "down".
 */
export function monitorOffline(judgement: Judgement, before: Judgement['memory'] | undefined): Judgement {
  const { layer: _, ...verdict } = judgement.verdict
  return {
    verdict: {
      ...verdict,
      health: 'unknown',
      reason: 'monitor-offline',
      message: `fleetwatch itself is cut off: no server of this subnet and not even the reference target answers. Last seen: ${verdict.message}`,
    },
    memory: before ?? {},
  }
}

/** Whether a TCP connection to the reference target (`host:port`) comes about in time. Nothing is sent. */
export function isReachable(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const finish = (reached: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(reached)
    }
    const timer = setTimeout(() => finish(false), timeoutMs)
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}
