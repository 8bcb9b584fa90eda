import type { Channel } from '../model/notification.ts'
import { SecretReference } from '../model/secret-reference.ts'
import type { Config } from './load.ts'

/** References to secrets that stand anywhere inside a value. */
export function secretReferences(value: unknown): string[] {
  if (typeof value === 'string') return SecretReference.safeParse(value).success ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return [...new Set(Object.values(value).flatMap(secretReferences))].sort()
}

export function secretsOfProbes(config: Config): string[] {
  return secretReferences({ fleet: config.probe, servers: config.servers })
}

export function secretsOfChannel(config: Config, channel: Channel): string[] {
  const integrations = config.alerting.receivers.map((receiver) => receiver[channel])
  return secretReferences([integrations, channel === 'webhook' ? config.webhook_signing_secret : []])
}

/** The report goes to the Slack and email integrations of its receiver. */
export function secretsOfReport(config: Config): string[] {
  const receiver = config.alerting.receivers.find(({ name }) => name === config.report?.receiver)
  return secretReferences([receiver?.slack, receiver?.email])
}
