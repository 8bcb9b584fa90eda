import { createHash } from 'node:crypto'
import type { Alert, AlertChange, Told } from '../model/alert.ts'
import { type Alerting, integrationName, type Receiver } from '../model/alerting.ts'
import { CHANNELS, type Channel, type Notification } from '../model/notification.ts'
import type { Labels } from '../model/sample.ts'
import { fitGroupKey, fitNotification } from './fit-notification.ts'
import { groupKeyOf, routeAlert } from './route-alert.ts'

/** What an alert change means for receivers. */
export interface Telling {
  notifications: Notification[]
  /** What `alert.told` must be from now on. */
  told: Told[]
  /** Integrations that heard of the firing and cannot hear of the end, since the alerting file has them no longer. */
  undeliverable: Told[]
}

interface Context {
  externalURL: string
  now: Date
}

/** Alertmanager's zero time: the end of an alert that has none. */
const NO_END = '0001-01-01T00:00:00Z'

/**
 * Notifications for one change of an alert. Firing goes to every integration of every receiver the routes reach;
 * resolved goes to exactly those that were told, even if routes have changed since, unless `send_resolved` is off. The
 * same change gives the same notification ids, whoever computes it.
 */
export function notificationsFor(change: AlertChange, alerting: Alerting, context: Context): Telling {
  const labels = withoutEmpty(change.alert.labels)
  if (change.event === 'firing') {
    const told = routeAlert(alerting.route, labels).flatMap(({ receiver, path }) =>
      integrationsOf(alerting, receiver).map(({ integration }) => ({
        receiver,
        integration,
        groupKey: fitGroupKey(groupKeyOf(path, labels)),
        groupLabels: labels,
      })),
    )
    return { notifications: tell(told, 'firing', change.alert, alerting, context), told, undeliverable: [] }
  }
  if (change.event === 'resolved') {
    const known = (one: Told) => findIntegration(alerting, one) !== undefined
    const heardOf = change.alert.told.filter((one) => findIntegration(alerting, one)?.sendResolved)
    return {
      notifications: tell(heardOf, 'resolved', change.alert, alerting, context),
      told: [],
      undeliverable: change.alert.told.filter((one) => !known(one)),
    }
  }
  return { notifications: [], told: change.alert.told, undeliverable: [] }
}

function tell(
  told: Told[],
  status: 'firing' | 'resolved',
  alert: Alert,
  alerting: Alerting,
  context: Context,
): Notification[] {
  return told.flatMap((one) => {
    const found = findIntegration(alerting, one)
    return found ? [fitNotification(notificationOf(one, found.channel, status, alert, context))] : []
  })
}

function notificationOf(
  told: Told,
  channel: Channel,
  status: 'firing' | 'resolved',
  alert: Alert,
  context: Context,
): Notification {
  const labels = withoutEmpty(alert.labels)
  const startsAt = alert.firedAt ?? alert.activeAt
  const endsAt = status === 'resolved' ? (alert.resolvedAt ?? context.now.toISOString()) : NO_END
  return {
    id: hash([told.receiver, told.integration, told.groupKey, status, startsAt, endsAt]),
    channel,
    integration: told.integration,
    sequence: context.now.getTime(),
    payload: {
      version: '4',
      groupKey: told.groupKey,
      truncatedAlerts: 0,
      status,
      receiver: told.receiver,
      groupLabels: told.groupLabels,
      commonLabels: labels,
      commonAnnotations: alert.annotations,
      externalURL: context.externalURL,
      alerts: [
        {
          status,
          labels,
          annotations: alert.annotations,
          startsAt,
          endsAt,
          generatorURL: context.externalURL,
          fingerprint: alert.fingerprint,
        },
      ],
    },
  }
}

interface Integration {
  integration: string
  channel: Channel
  sendResolved: boolean
}

function integrationsOf(alerting: Alerting, name: string): Integration[] {
  const receiver: Receiver | undefined = alerting.receivers.find((one) => one.name === name)
  if (!receiver) return []
  return CHANNELS.flatMap((channel) =>
    receiver[channel].map(({ sendResolved }, index) => ({
      integration: integrationName(channel, index),
      channel,
      sendResolved,
    })),
  )
}

function findIntegration(alerting: Alerting, told: Told): Integration | undefined {
  return integrationsOf(alerting, told.receiver).find(({ integration }) => integration === told.integration)
}

/** A label with an empty value equals a missing one (Prometheus data model). */
function withoutEmpty(labels: Labels): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''))
}

function hash(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
