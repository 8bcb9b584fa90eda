import type { Alert } from '../model/alert.ts'
import type { Server } from '../model/server.ts'
import type { Health, Layer, Verdict } from '../model/verdict.ts'

/** A verdict older than three one-minute intervals says nothing of now. */
export const STALE_AFTER_MS = 3 * 60_000

/** One server as its last verdict left it. */
export interface ServerStatus {
  deployment: string
  cluster: string
  service: string
  endpoint: string
  labels: Readonly<Record<string, string>>
  health: Health
  layer?: Layer
  reason: string
  message: string
  /** When the verdict was reached; absent before the first. */
  checkedAt?: string
  ageMs?: number
  /** No fresh verdict: `health` is what was last known. */
  stale: boolean
  latencyMs?: number
}

export interface FleetStatus {
  at: string
  overall: 'healthy' | 'degraded' | 'unhealthy'
  /** One sentence for people. */
  summary: string
  counts: Record<Health | 'stale', number>
  servers: ServerStatus[]
  alerts: { firing: number; pending: number }
}

/**
 * The fleet at a moment, worst servers first. Unhealthy: a server is critical, or no verdict at all is fresh (then
 * fleetwatch itself does not look). Degraded: a server warns, is unknown or stale, or there are no servers.
 */
export function fleetStatus(given: {
  servers: readonly Server[]
  verdicts: ReadonlyMap<string, Verdict>
  alerts: readonly Alert[]
  now: Date
}): FleetStatus {
  const servers = given.servers
    .map((server) => serverStatus(server, given.verdicts.get(server.deployment), given.now))
    .sort((a, b) => rank(a) - rank(b) || a.deployment.localeCompare(b.deployment))
  const counts = { healthy: 0, warning: 0, critical: 0, unknown: 0, stale: 0 }
  for (const server of servers) {
    // A stale server counts once: as stale, unless it was last seen down.
    if (server.stale && server.health !== 'critical') counts.stale++
    else counts[server.health]++
  }
  const allStale = servers.length > 0 && servers.every((server) => server.stale)
  return {
    at: given.now.toISOString(),
    overall: overallOf(counts, servers.length, allStale),
    summary: summarize(counts, servers.length, allStale),
    counts,
    servers,
    alerts: {
      firing: given.alerts.filter((alert) => alert.state === 'firing').length,
      pending: given.alerts.filter((alert) => alert.state === 'pending').length,
    },
  }
}

function serverStatus(server: Server, verdict: Verdict | undefined, now: Date): ServerStatus {
  const { deployment, cluster, service, endpoint, labels } = server
  const about = { deployment, cluster, service, endpoint, labels }
  if (!verdict) {
    return {
      ...about,
      health: 'unknown',
      reason: 'never_checked',
      message: 'not checked yet',
      stale: isOld(server.discoveredAt, now),
    }
  }
  return {
    ...about,
    health: verdict.health,
    ...(verdict.layer && { layer: verdict.layer }),
    reason: verdict.reason,
    message: [verdict.message, ...(verdict.notices ?? [])].join(' '),
    checkedAt: verdict.at,
    ageMs: Math.max(0, now.getTime() - Date.parse(verdict.at)),
    stale: isOld(verdict.at, now),
    latencyMs: Math.round(verdict.timings.totalMs),
  }
}

function isOld(at: string, now: Date): boolean {
  return now.getTime() - Date.parse(at) > STALE_AFTER_MS
}

function rank(server: ServerStatus): number {
  if (server.health === 'critical') return 0
  if (server.stale) return 1
  return { warning: 2, unknown: 3, healthy: 4 }[server.health]
}

function overallOf(counts: FleetStatus['counts'], total: number, allStale: boolean): FleetStatus['overall'] {
  if (counts.critical > 0 || allStale) return 'unhealthy'
  return total > 0 && counts.healthy === total ? 'healthy' : 'degraded'
}

function summarize(counts: FleetStatus['counts'], total: number, allStale: boolean): string {
  if (total === 0) {
    return 'No MCP server is known. "fleetwatch discover --explain" says why each ECS service was left out.'
  }
  const rest = (['critical', 'warning', 'unknown', 'stale'] as const).filter((health) => counts[health] > 0)
  const others = rest.map((health) => `, ${counts[health]} ${health}`).join('')
  const dead = allStale ? '. No verdict is fresh: fleetwatch itself has stopped looking; see its own alarms' : ''
  return `${counts.healthy} of ${total} ${total === 1 ? 'server' : 'servers'} healthy${others}${dead}`
}
