import type { AlertChange } from '../model/alert.ts'
import type { Alerting } from '../model/alerting.ts'
import type { Notification } from '../model/notification.ts'
import { notificationsFor } from './notify-change.ts'

/** Alert changes as they must be written, each with the notifications it causes. */
export interface DecidedChange {
  change: AlertChange
  notifications: Notification[]
}

/**
 * Decides who is told of which change. Each alert is written with who was told, so that the same receivers hear of its
 * end. `undeliverable` names receivers that heard of a firing and no longer exist in the configuration.
 */
export function decideTelling(
  changes: AlertChange[],
  alerting: Alerting,
  context: { externalURL: string; now: Date },
): { decided: DecidedChange[]; undeliverable: string[] } {
  const tellings = changes.map((change) => ({ change, telling: notificationsFor(change, alerting, context) }))
  return {
    decided: tellings.map(({ change, telling }) => ({
      change: { ...change, alert: { ...change.alert, told: telling.told } },
      notifications: telling.notifications,
    })),
    undeliverable: tellings.flatMap(({ change, telling }) =>
      telling.undeliverable.map((told) => `${change.alert.labels.alertname}: ${told.receiver} ${told.integration}`),
    ),
  }
}
