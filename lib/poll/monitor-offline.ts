import type { ProbeResult } from '../probe/probe.ts'
import type { Reference } from './reference.ts'

/** Reason of a verdict that was not reached, because fleetwatch itself had no network. */
export const MONITOR_OFFLINE = 'monitor-offline'

type Result = ProbeResult<unknown> | undefined

/** Whether a probe ended below TLS, where the fault may be on either side. */
export function isUnreached(result: Result): boolean {
  if (!result?.fault || result.fault.fault === 'blocked_address') return false
  return result.layer === 'network' || result.layer === 'dns'
}

/** Whether it is fleetwatch's own network that fails: no server that was asked could be reached, nor can the reference. */
export async function isMonitorOffline(results: readonly Result[], reference: Reference): Promise<boolean> {
  const asked = results.filter((result) => result !== undefined)
  return asked.length > 0 && asked.every(isUnreached) && reference.isLost()
}

/** The result without what a dead network of our own seems to say of the server. */
export function withoutOwnFault<T>(result: ProbeResult<T>): ProbeResult<T> {
  const { layer: _, ...rest } = result
  const message =
    'fleetwatch itself has no network: it reaches no server of this poll, nor its reference address. This says nothing about the server.'
  return { ...rest, fault: { fault: 'prober_error', message } }
}
