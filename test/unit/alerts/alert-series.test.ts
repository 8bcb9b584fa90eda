import { expect, test } from 'vitest'
import { alertSeries } from '../../../lib/alerts/alert-series.ts'
import type { Alert } from '../../../lib/model/alert.ts'

const alert = (state: Alert['state']): Alert => ({
  fingerprint: state,
  group: 'g',
  rule: 'Down',
  state,
  labels: { alertname: 'Down', deployment: 'a' },
  annotations: {},
  value: '0',
  activeAt: '2026-11-21T09:00:00.900Z',
  lastEvaluatedAt: '2026-11-21T09:00:00.900Z',
  told: [],
  version: 1,
})

test('pending and firing alerts are series with their state and the second they began; resolved ones are none', () => {
  const labels = { alertname: 'Down', deployment: 'a' }
  expect(alertSeries([alert('resolved'), alert('firing')])).toEqual([
    { labels: { ...labels, __name__: 'ALERTS', alertstate: 'firing' }, value: 1 },
    { labels: { ...labels, __name__: 'ALERTS_FOR_STATE' }, value: 1_795_251_600 },
  ])
  expect(alertSeries([alert('pending')])[0]?.labels.alertstate).toBe('pending')
})
