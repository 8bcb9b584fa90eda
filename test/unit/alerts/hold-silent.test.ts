import { expect, test } from 'vitest'
import { holdSilent } from '../../../lib/alerts/hold-silent.ts'
import type { Alert, AlertChange } from '../../../lib/model/alert.ts'

const alert = (state: Alert['state'], labels: Record<string, string>): Alert => ({
  fingerprint: 'f',
  group: 'g',
  rule: 'r',
  state,
  labels: { alertname: 'Down', ...labels },
  annotations: {},
  value: '0',
  activeAt: '2026-11-21T09:00:00Z',
  lastEvaluatedAt: '2026-11-21T09:00:00Z',
  told: [],
  version: 1,
})
const DOCS = { deployment: 'docs' }
const resolve = (labels = DOCS as Record<string, string>): AlertChange => ({
  alert: alert('resolved', labels),
  previous: alert('firing', labels),
  event: 'resolved',
})
const dropPending: AlertChange = { alert: alert('pending', DOCS), previous: alert('pending', DOCS), remove: true }

test.for([
  {
    name: 'a firing alert of a silent server stays',
    change: resolve(),
    observed: [],
    registered: ['docs'],
    kept: false,
  },
  {
    name: 'a pending alert of a silent server stays',
    change: dropPending,
    observed: [],
    registered: ['docs'],
    kept: false,
  },
  {
    name: 'a server that was looked at may resolve',
    change: resolve(),
    observed: ['docs'],
    registered: ['docs'],
    kept: true,
  },
  { name: 'a server that is gone resolves', change: resolve(), observed: [], registered: [], kept: true },
  {
    name: 'an alert about no server resolves',
    change: resolve({ budget: 'fleet' }),
    observed: [],
    registered: ['docs'],
    kept: true,
  },
  {
    name: 'an old resolved alert is cleared away',
    change: { alert: alert('resolved', DOCS), previous: alert('resolved', DOCS), remove: true } as AlertChange,
    observed: [],
    registered: ['docs'],
    kept: true,
  },
  {
    name: 'a new alert is no end',
    change: { alert: alert('firing', DOCS), event: 'firing' } as AlertChange,
    observed: [],
    registered: ['docs'],
    kept: true,
  },
])('$name', ({ change, observed, registered, kept }) => {
  const context = { observed: new Set<string>(observed), registered: new Set<string>(registered) }
  expect(holdSilent([change], context)).toEqual(kept ? [change] : [])
})
