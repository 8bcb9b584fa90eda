import type { Alert } from '../model/alert.ts'
import type { Sample } from '../model/sample.ts'

/** The series `ALERTS` and `ALERTS_FOR_STATE` of pending and firing alerts, as Prometheus keeps them for rules to use. */
export function alertSeries(alerts: readonly Alert[]): Sample[] {
  return alerts
    .filter(({ state }) => state !== 'resolved')
    .flatMap(({ labels, state, activeAt }) => [
      { labels: { ...labels, __name__: 'ALERTS', alertstate: state }, value: 1 },
      { labels: { ...labels, __name__: 'ALERTS_FOR_STATE' }, value: Math.floor(Date.parse(activeAt) / 1000) },
    ])
}
