import type { Alert } from '../model/alert.ts'
import type { Labels, Sample } from '../model/sample.ts'
import type { Server } from '../model/server.ts'
import { HEALTH_VALUE, type Health } from '../model/verdict.ts'
import type { MetricName } from './names.ts'

const sample = (name: MetricName, value: number, labels: Labels = {}): Sample => ({
  labels: { __name__: name, ...labels },
  value,
})

/** Series of the inventory that rules can use although no poll may have come: the age of every server's last look. */
export function inventorySamples(servers: Server[], lastObservedAt: ReadonlyMap<string, number>, now: Date): Sample[] {
  return servers.map(({ deployment, labels, discoveredAt }) => {
    const seenAt = lastObservedAt.get(deployment) ?? Date.parse(discoveredAt)
    const age = Math.max(0, (now.getTime() - seenAt) / 1000)
    return sample('mcp_deployment_verdict_age_seconds', age, { ...labels, deployment })
  })
}

/** What fleetwatch says of itself and of the fleet as a whole, for CloudWatch and for rules. */
export function ownSamples(input: {
  statuses: Iterable<number>
  alerts: Pick<Alert, 'state'>[]
  durationMs: number
}): Sample[] {
  const values = [...input.statuses]
  const health = (Object.entries(HEALTH_VALUE) as [Health, number][]).map(([name, value]) =>
    sample('fleetwatch_servers', values.filter((status) => status === value).length, { health: name }),
  )
  const alerts = (['pending', 'firing'] as const).map((state) =>
    sample('fleetwatch_alerts', input.alerts.filter((alert) => alert.state === state).length, { state }),
  )
  return [
    ...health,
    ...alerts,
    sample('fleetwatch_evaluation_duration_seconds', input.durationMs / 1000),
    sample('fleetwatch_heartbeat', 1),
  ]
}
