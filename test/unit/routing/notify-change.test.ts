import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Alert } from '../../../lib/model/alert.ts'
import type { Alerting, Receiver, Route } from '../../../lib/model/alerting.ts'
import { Notification } from '../../../lib/model/notification.ts'
import { parseMatchers } from '../../../lib/routing/matchers.ts'
import { notificationsFor } from '../../../lib/routing/notify-change.ts'
import { groupKeyOf, routeAlert } from '../../../lib/routing/route-alert.ts'

function route(receiver: string, matchers = '{}', more: Partial<Route> = {}): Route {
  const parsed = parseMatchers(matchers)
  if (!parsed.ok) throw new Error(parsed.message)
  return { receiver, matchers: parsed.matchers, continue: false, routes: [], ...more }
}

const receiver = (name: string, more: Partial<Receiver> = {}): Receiver => ({
  name,
  slack: [],
  pagerduty: [],
  email: [],
  webhook: [],
  ...more,
})
const slack = (sendResolved = true) => ({ sendResolved, apiUrl: 'ssm:/slack' })
const pagerduty = { sendResolved: true, routingKey: 'ssm:/pd', url: 'https://events.pagerduty.com/v2/enqueue' }
const email = { sendResolved: false, to: ['a@example.com'], from: 'b@example.com' }

const ALERTING: Alerting = {
  route: route('team', '{}', {
    routes: [
      route('pager', 'severity=critical', { continue: true, routes: [route('night', 'team=~"web|api"')] }),
      route('team', 'severity=critical'),
      route('nobody', 'severity=none'),
    ],
  }),
  receivers: [
    receiver('team', { slack: [slack(), slack(false)], email: [email] }),
    receiver('pager', { pagerduty: [pagerduty] }),
    receiver('night', { pagerduty: [pagerduty] }),
    receiver('nobody'),
  ],
}

const NOW = new Date('2026-11-21T09:05:30.500Z')
const CONTEXT = { externalURL: 'https://example.com/dashboard', now: NOW }

const alert = (labels: Record<string, string>, more: Partial<Alert> = {}): Alert => ({
  fingerprint: 'f00d',
  group: 'fleet',
  rule: 'McpServerDown',
  state: 'firing',
  labels: { alertname: 'McpServerDown', ...labels },
  annotations: { summary: 'down' },
  value: '0',
  activeAt: '2026-11-21T09:00:00.000Z',
  firedAt: '2026-11-21T09:05:00.000Z',
  lastEvaluatedAt: NOW.toISOString(),
  told: [],
  version: 3,
  ...more,
})

test.for<[string, Record<string, string>, [receiver: string, path: string][]]>([
  ['nothing matches: the root', { severity: 'warning' }, [['team', '{}']]],
  ['no labels at all', {}, [['team', '{}']]],
  [
    'continue goes on to the siblings',
    { severity: 'critical' },
    [
      ['pager', '{}/{severity="critical"}'],
      ['team', '{}/{severity="critical"}'],
    ],
  ],
  [
    'the deepest route wins within its branch',
    { severity: 'critical', team: 'api' },
    [
      ['night', '{}/{severity="critical"}/{team=~"web|api"}'],
      ['team', '{}/{severity="critical"}'],
    ],
  ],
  ['a match without continue ends it', { severity: 'none' }, [['nobody', '{}/{severity="none"}']]],
])('%s', ([, labels, expected]) => {
  expect(routeAlert(ALERTING.route, labels).map(({ receiver: name, path }) => [name, path])).toEqual(expected)
})

test('continue to a sibling with the same receiver reaches it twice', () => {
  const root = route('a', '{}', { routes: [route('b', 'x=y', { continue: true }), route('b', 'x=~"y|z"')] })
  expect(routeAlert(root, { x: 'y' })).toEqual([
    { receiver: 'b', path: '{}/{x="y"}' },
    { receiver: 'b', path: '{}/{x=~"y|z"}' },
  ])
})

test('a groupKey is the path and the labels in order of their names', () => {
  expect(groupKeyOf('{}/{team="a"}/{severity="critical"}', { i: '1', alertname: 'X "quoted"' })).toBe(
    '{}/{team="a"}/{severity="critical"}:{alertname="X \\"quoted\\"", i="1"}',
  )
})

test('firing tells every integration of every receiver reached', () => {
  const telling = notificationsFor(
    { alert: alert({ severity: 'critical', empty: '' }), event: 'firing' },
    ALERTING,
    CONTEXT,
  )
  expect(telling.told.map((told) => `${told.receiver} ${told.integration}`)).toEqual([
    'pager pagerduty_configs[0]',
    'team slack_configs[0]',
    'team slack_configs[1]',
    'team email_configs[0]',
  ])
  expect(telling.notifications.map(({ channel }) => channel)).toEqual(['pagerduty', 'slack', 'slack', 'email'])
  expect(telling.undeliverable).toEqual([])
  for (const notification of telling.notifications) expect(Notification.parse(notification)).toEqual(notification)
  expect(telling.notifications[0]).toMatchInlineSnapshot(`
    {
      "channel": "pagerduty",
      "id": "a93aca2a0c8db1ee3aba09abd7928a39",
      "integration": "pagerduty_configs[0]",
      "payload": {
        "alerts": [
          {
            "annotations": {
              "summary": "down",
            },
            "endsAt": "0001-01-01T00:00:00Z",
            "fingerprint": "f00d",
            "generatorURL": "https://example.com/dashboard",
            "labels": {
              "alertname": "McpServerDown",
              "severity": "critical",
            },
            "startsAt": "2026-11-21T09:05:00.000Z",
            "status": "firing",
          },
        ],
        "commonAnnotations": {
          "summary": "down",
        },
        "commonLabels": {
          "alertname": "McpServerDown",
          "severity": "critical",
        },
        "externalURL": "https://example.com/dashboard",
        "groupKey": "{}/{severity="critical"}:{alertname="McpServerDown", severity="critical"}",
        "groupLabels": {
          "alertname": "McpServerDown",
          "severity": "critical",
        },
        "receiver": "pager",
        "status": "firing",
        "truncatedAlerts": 0,
        "version": "4",
      },
      "sequence": 1795251930500,
    }
  `)
})

test('resolved tells exactly those who were told, whatever the routes say now, and honours send_resolved', () => {
  const fired = notificationsFor({ alert: alert({ severity: 'critical' }), event: 'firing' }, ALERTING, CONTEXT)
  const elsewhere = { ...ALERTING, route: route('nobody') }
  const resolved = alert(
    { severity: 'critical' },
    { told: fired.told, state: 'resolved', resolvedAt: NOW.toISOString() },
  )
  const telling = notificationsFor({ alert: resolved, event: 'resolved' }, elsewhere, CONTEXT)
  expect(telling.notifications.map((one) => `${one.payload.receiver} ${one.integration}`)).toEqual([
    'pager pagerduty_configs[0]',
    'team slack_configs[0]',
  ])
  expect(telling.notifications.map(({ payload }) => payload.groupKey)).toEqual(
    fired.notifications.slice(0, 2).map(({ payload }) => payload.groupKey),
  )
  expect(telling.notifications[0]?.payload.alerts[0]).toMatchObject({ status: 'resolved', endsAt: NOW.toISOString() })
  expect(telling).toMatchObject({ told: [], undeliverable: [] })
})

test('a receiver that is gone cannot hear of the end, and that is said', () => {
  const fired = notificationsFor({ alert: alert({ severity: 'critical' }), event: 'firing' }, ALERTING, CONTEXT)
  const without = { ...ALERTING, receivers: ALERTING.receivers.filter(({ name }) => name !== 'pager') }
  const change = { alert: alert({ severity: 'critical' }, { told: fired.told }), event: 'resolved' as const }
  const telling = notificationsFor(change, without, CONTEXT)
  expect(telling.undeliverable.map((told) => told.receiver)).toEqual(['pager'])
  expect(telling.notifications.map(({ payload }) => payload.receiver)).toEqual(['team'])
})

test('bookkeeping tells nobody and forgets nothing', () => {
  const told = notificationsFor({ alert: alert({}), event: 'firing' }, ALERTING, CONTEXT).told
  expect(notificationsFor({ alert: alert({}, { told }) }, ALERTING, CONTEXT)).toEqual({
    notifications: [],
    told,
    undeliverable: [],
  })
})

test('the same change has the same ids at another time; another firing, state or integration has others', () => {
  const ids = (more: Partial<Alert>, event: 'firing' | 'resolved' = 'firing', now = NOW) =>
    notificationsFor({ alert: alert({}, more), event }, ALERTING, { ...CONTEXT, now }).notifications.map(({ id }) => id)
  expect(ids({}, 'firing', new Date(0))).toEqual(ids({}))
  const { told } = notificationsFor({ alert: alert({}), event: 'firing' }, ALERTING, CONTEXT)
  const all = [
    ...ids({}),
    ...ids({ firedAt: '2026-11-21T09:07:00.000Z' }),
    ...ids({ told, resolvedAt: '2026-11-21T09:06:00.000Z' }, 'resolved'),
    ...ids({ told, resolvedAt: '2026-11-21T09:08:00.000Z' }, 'resolved'),
  ]
  expect(new Set(all).size).toBe(all.length)
})

test('property: every firing that asked for the resolve gets it, in the same thread', () => {
  const label = fc.constantFrom('critical', 'warning', 'none', 'web', 'api', '')
  fc.assert(
    fc.property(fc.record({ severity: label, team: label }), fc.boolean(), (labels, rerouted) => {
      const fired = notificationsFor({ alert: alert(labels), event: 'firing' }, ALERTING, CONTEXT)
      const alerting = rerouted ? { ...ALERTING, route: route('nobody') } : ALERTING
      const ended = notificationsFor(
        { alert: alert(labels, { told: fired.told }), event: 'resolved' },
        alerting,
        CONTEXT,
      )
      const thread = (one: Notification) => `${one.payload.receiver} ${one.integration} ${one.payload.groupKey}`
      const wanted = fired.notifications.filter(
        ({ integration, channel }) => channel !== 'email' && !integration.endsWith('[1]'),
      )
      expect(ended.notifications.map(thread)).toEqual(wanted.map(thread))
    }),
  )
})
