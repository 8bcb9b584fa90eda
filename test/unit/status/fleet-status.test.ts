import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../../lib/model/verdict.ts'
import { fleetStatus } from '../../../lib/status/fleet-status.ts'
import { aServer } from '../../support/a-server.ts'
import { aVerdict } from '../../support/a-verdict.ts'

const now = new Date('2026-11-21T08:00:00.000Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString()

function statusOf(verdicts: (Partial<Verdict> | undefined)[]) {
  const servers = verdicts.map((_, index) => aServer({ deployment: `s${index}`, discoveredAt: ago(60) }))
  const known = verdicts.flatMap((verdict, index) => (verdict ? [[`s${index}`, aVerdict(verdict)] as const] : []))
  return fleetStatus({ servers, verdicts: new Map(known), alerts: [], now })
}

describe('overall', () => {
  const fresh = { at: ago(30) }
  test.for([
    { name: 'all healthy', verdicts: [fresh, fresh], overall: 'healthy', summary: '2 of 2 servers healthy' },
    {
      name: 'one warning',
      verdicts: [fresh, { ...fresh, health: 'warning' as const }],
      overall: 'degraded',
      summary: '1 of 2 servers healthy, 1 warning',
    },
    {
      name: 'one critical outweighs warnings',
      verdicts: [fresh, { ...fresh, health: 'warning' as const }, { ...fresh, health: 'critical' as const }],
      overall: 'unhealthy',
      summary: '1 of 3 servers healthy, 1 critical, 1 warning',
    },
    {
      name: 'one never checked',
      verdicts: [fresh, undefined],
      overall: 'degraded',
      summary: '1 of 2 servers healthy, 1 unknown',
    },
    {
      name: 'exactly three intervals old is fresh',
      verdicts: [{ at: ago(180) }],
      overall: 'healthy',
      summary: '1 of 1 server healthy',
    },
    {
      name: 'a healthy verdict that is stale is no health',
      verdicts: [fresh, { at: ago(180.001) }],
      overall: 'degraded',
      summary: '1 of 2 servers healthy, 1 stale',
    },
    {
      name: 'a stale critical one stays critical',
      verdicts: [fresh, { at: ago(600), health: 'critical' as const }],
      overall: 'unhealthy',
      summary: '1 of 2 servers healthy, 1 critical',
    },
    {
      name: 'nothing is fresh: fleetwatch itself is dead',
      verdicts: [{ at: ago(600) }, { at: ago(900) }],
      overall: 'unhealthy',
      summary: expect.stringContaining('0 of 2 servers healthy, 2 stale. No verdict is fresh'),
    },
    { name: 'no servers', verdicts: [], overall: 'degraded', summary: expect.stringContaining('discover --explain') },
  ])('$name', ({ verdicts, overall, summary }) => {
    expect(statusOf(verdicts)).toMatchObject({ overall, summary })
  })
})

test('worst first, then by name', () => {
  const fresh = { at: ago(30) }
  const { servers } = statusOf([
    fresh,
    undefined,
    { ...fresh, health: 'warning' },
    { at: ago(600) },
    { ...fresh, health: 'critical' },
    { ...fresh, health: 'critical' },
  ])
  expect(servers.map(({ deployment }) => deployment)).toEqual(['s4', 's5', 's3', 's2', 's1', 's0'])
})

test('a clock that runs ahead makes no negative age', () => {
  expect(statusOf([{ at: ago(-5) }]).servers[0]).toMatchObject({ ageMs: 0, stale: false })
})

test('a server that was never checked for long is stale', () => {
  const servers = [aServer({ discoveredAt: ago(181) })]
  expect(fleetStatus({ servers, verdicts: new Map(), alerts: [], now }).servers[0]?.stale).toBe(true)
})

test('notices follow the message', () => {
  const { servers } = statusOf([{ at: ago(30), message: 'Fine.', notices: ['/ready says failing (db).'] }])
  expect(servers[0]?.message).toBe('Fine. /ready says failing (db).')
})
