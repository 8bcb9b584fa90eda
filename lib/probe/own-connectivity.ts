import type { Verdict } from '../model/verdict.ts'
import type { Judgement } from './judge.ts'

/** One or two servers that fail together are two servers that fail; it takes more to doubt the own network. */
const LEAST = 3

const OF_THE_NETWORK = new Set<Verdict['layer']>(['network', 'dns'])
const SILENT = new Set(['timeout', 'reset', 'cut_off'])

/** Whether a verdict is one that the prober's own lost connection would give just as well. */
export function mayBeOwn({ layer, reason, health }: Verdict): boolean {
  if (health === 'healthy' || reason === 'blocked_address') return false
  return OF_THE_NETWORK.has(layer) || SILENT.has(reason)
}

/**
 * Watches one batch, whose servers are all probed from the same subnets. The returned function takes each verdict once
 * and says whether the prober is cut off: when all servers (three at the least) fail in the network and the reference,
 * asked then only, is out of reach too. A server that answers settles it for all at once, and never waits itself.
 */
export function watchConnectivity(
  servers: number,
  reachesReference: () => Promise<boolean>,
): (verdict: Verdict) => Promise<boolean> {
  let left = servers
  let doubted = servers >= LEAST
  let settle: (offline: boolean | Promise<boolean>) => void = () => {}
  const decided = new Promise<boolean>((resolve) => {
    settle = resolve
  })
  return (verdict) => {
    left -= 1
    const suspect = mayBeOwn(verdict)
    doubted &&= suspect
    if (!doubted) settle(false)
    else if (left === 0) settle(reachesReference().then((reached) => !reached))
    return suspect ? decided : Promise.resolve(false)
  }
}

/**
 * The judgement of a prober that is cut off: `monitor-offline`, unknown, so that nobody is paged for the server, and the
 * memory as it was before, so that the outage does not count towards "down".
 */
export function monitorOffline(judgement: Judgement, before: Judgement['memory'] | undefined): Judgement {
  const { layer: _, ...verdict } = judgement.verdict
  return {
    verdict: {
      ...verdict,
      health: 'unknown',
      reason: 'monitor-offline',
      message: `fleetwatch itself is cut off: no server of this batch answers, nor does AWS. Seen: ${verdict.message}`,
    },
    memory: before ?? {},
  }
}
