import { describe, expect, test } from 'vitest'
import { costSamples } from '../../../lib/costs/cost-samples.ts'
import { fleetCosts } from '../../../lib/costs/fleet-costs.ts'
import { recordBilled, recordEstimates } from '../../../lib/costs/record-costs.ts'
import type { BilledCost, CostLook, ServerMonth } from '../../../lib/model/cost.ts'
import { aServer } from '../../support/a-server.ts'

const ECS = 'Amazon Elastic Container Service'
const now = new Date('2026-11-21T08:00:00Z')
const look: CostLook = {
  at: '2026-11-21T07:20:00.000Z',
  fetchedAt: '2026-11-21T07:20:00.000Z',
  requests: 2,
  fleet: 'demo',
  tag: 'fleetwatch:server',
  pricing: { region: 'us-east-1' },
  budgets: [],
}
const november = { from: '2026-11-01', to: '2026-11-22' }

function costsOf(servers: Record<string, number>, days = 21): BilledCost[] {
  return Array.from({ length: days }, (_, index) => `2026-11-${String(index + 1).padStart(2, '0')}`).flatMap((day) =>
    Object.entries(servers).map(([server, usd]) => ({ day, server, service: ECS, usd })),
  )
}

function estimated(months: ServerMonth[], server: string, usdPerDay: number, days: string[]): ServerMonth[] {
  const rate = new Map([[server, { known: true as const, usdPerDay }]])
  return days.reduce((sum, day) => recordEstimates(sum, rate, new Date(`${day}T07:20:00Z`)), months)
}

describe('explanations', () => {
  test('$0 against $30: tag not activated', () => {
    const months = estimated(recordBilled([], costsOf({ '': 1.5 }), november), 'search', 1.5, [
      '2026-11-10',
      '2026-11-20',
    ])
    const costs = fleetCosts({ months, servers: [aServer()], look, now })
    expect(costs.untaggedEcsUsd).toBeCloseTo(31.5)
    expect(costs.notes).toEqual([
      expect.stringMatching(
        /^Cost Explorer shows \$0 under the tag fleetwatch:server for search, though .* \$1\.50 a day.*Activate/,
      ),
      "$31.50 of this month's ECS spend carries no tag fleetwatch:server and is in no server's figure.",
    ])
  })

  test('a server of yesterday is too new for Cost Explorer: no blame on the tag', () => {
    const months = estimated([], 'search', 1.5, ['2026-11-20', '2026-11-21'])
    const { notes } = fleetCosts({ months, servers: [aServer()], look, now })
    expect(notes).toEqual(['search: estimated, since Cost Explorer shows usage up to a day late.'])
  })

  test('Cost Explorer never answered', () => {
    const { fetchedAt: _, ...early } = look
    const months = estimated([], 'search', 1.5, ['2026-11-20', '2026-11-21'])
    const { notes } = fleetCosts({ months, servers: [aServer()], look: early, now })
    expect(notes).toEqual([expect.stringContaining('has not answered yet')])
  })

  test.for([
    {
      name: 'twelve hours are two looks',
      lookedAt: '2026-11-20T20:00:00.000Z',
      fetchedAt: '2026-11-20T20:00:00.000Z',
      notes: [],
    },
    {
      name: 'track-costs stopped',
      lookedAt: '2026-11-20T19:59:59.000Z',
      fetchedAt: '2026-11-20T19:59:59.000Z',
      notes: ['These figures are old: track-costs last ran 2026-11-20 19:59 UTC; its log says why.'],
    },
    {
      name: 'Cost Explorer stopped answering',
      lookedAt: '2026-11-21T07:20:00.000Z',
      fetchedAt: '2026-11-19T07:20:00.000Z',
      notes: [expect.stringContaining('Cost Explorer last answered 2026-11-19 07:20 UTC')],
    },
  ])('old figures: $name', ({ lookedAt, fetchedAt, notes }) => {
    expect(fleetCosts({ months: [], servers: [], look: { ...look, at: lookedAt, fetchedAt }, now }).notes).toEqual(
      notes,
    )
  })

  test('a budget for a server that nobody has is called out with the likely name', () => {
    const budgets = [{ name: 'b', amount: 25, period: 'monthly' as const, server: 'serach' }]
    const months = recordBilled([], costsOf({ search: 1 }, 19), november)
    const { notes } = fleetCosts({ months, servers: [aServer()], look: { ...look, budgets }, now })
    expect(notes).toContain('Budget b is for a server "serach" that is not in the fleet; did you mean "search"?')
  })

  test('no price: names are grouped by reason and cut', () => {
    const servers = 'abcdefgh'.split('').map((deployment) => aServer({ deployment }))
    const { notes } = fleetCosts({ months: [], servers, look: { ...look, pricing: { region: 'mars-1' } }, now })
    expect(notes).toEqual([
      expect.stringMatching(/^No estimate for a, b, c, d, e and 3 more: no Fargate price for mars-1/),
    ])
  })
})

describe('servers', () => {
  test('one that is gone but was paid for stays, and counts', () => {
    const months = recordBilled([], costsOf({ gone: 1, search: 2 }), november)
    const costs = fleetCosts({ months, servers: [aServer()], look, now })
    expect(costs.servers.map(({ server, inRegistry }) => [server, inRegistry])).toEqual([
      ['search', true],
      ['gone', false],
    ])
    expect(costs.monthToDateUsd).toBeCloseTo(63)
  })

  test('one that was gone before this month does not', () => {
    const months = recordBilled([], [{ day: '2026-10-31', server: 'gone', service: ECS, usd: 1 }], {
      from: '2026-10-01',
      to: '2026-11-22',
    })
    expect(fleetCosts({ months, servers: [], look, now }).servers).toEqual([])
  })
})

describe('budgets', () => {
  // 20 settled or complete days at $1 and today: $21 spent, $30 forecast.
  const months = recordBilled([], costsOf({ search: 1 }), november)
  test.for([
    { amount: 40, state: 'within' },
    { amount: 30, state: 'within' },
    { amount: 29.99, state: 'forecast to exceed' },
    { amount: 21, state: 'forecast to exceed' },
    { amount: 20.99, state: 'exceeded' },
  ])('21 USD spent and 30 forecast of $amount is $state', ({ amount, state }) => {
    const budgets = [{ name: 'b', amount, period: 'monthly' as const, server: 'search' }]
    const [use] = fleetCosts({ months, servers: [aServer()], look: { ...look, budgets }, now }).budgets
    expect(use).toMatchObject({ state, spentUsd: expect.closeTo(21), forecastUsd: expect.closeTo(30) })
  })

  test('80 % used is a warning even when the forecast holds', () => {
    const stopped = recordBilled([], costsOf({ search: 2 }, 10), november)
    const budgets = [{ name: 'b', amount: 25, period: 'monthly' as const }]
    const [use] = fleetCosts({ months: stopped, servers: [aServer()], look: { ...look, budgets }, now }).budgets
    expect(use).toMatchObject({ state: 'warning', usedRatio: 0.8 })
  })

  test('of a server nobody knows: nothing spent', () => {
    const budgets = [{ name: 'b', amount: 25, period: 'monthly' as const, server: 'nobody' }]
    const [use] = fleetCosts({ months, servers: [aServer()], look: { ...look, budgets }, now }).budgets
    expect(use).toMatchObject({ state: 'within', spentUsd: 0 })
  })
})

test('series: names, labels and sources', () => {
  const budgets = [
    { name: 'fleet', amount: 10, period: 'monthly' as const },
    { name: 'search', amount: 42, period: 'monthly' as const, server: 'search' },
  ]
  const months = estimated(recordBilled([], costsOf({ search: 1 }), november), 'search', 0.5, ['2026-11-21'])
  const servers = [aServer({ labels: { team: 'web' } }), aServer({ deployment: 'unknown', task: undefined })]
  const samples = costSamples(fleetCosts({ months, servers, look: { ...look, budgets }, now }))
  const seen = samples.map(({ labels: { __name__, ...labels }, value }) => [__name__, labels, Number(value.toFixed(4))])
  const search = { team: 'web', deployment: 'search' }
  expect(seen).toEqual([
    ['mcp_deployment_cost_usd_per_day', { ...search, source: 'estimate' }, 0.5],
    ['mcp_deployment_cost_usd_per_day', { ...search, source: 'cost_explorer' }, 1],
    ['mcp_deployment_cost_usd_month_to_date', search, 21],
    ['fleetwatch_budget_amount_usd', { budget: 'fleet' }, 10],
    ['fleetwatch_budget_used_ratio', { budget: 'fleet' }, 2.1],
    ['fleetwatch_budget_forecast_ratio', { budget: 'fleet' }, 3],
    ['fleetwatch_budget_amount_usd', { budget: 'search', deployment: 'search' }, 42],
    ['fleetwatch_budget_used_ratio', { budget: 'search', deployment: 'search' }, 0.5],
    ['fleetwatch_budget_forecast_ratio', { budget: 'search', deployment: 'search' }, 0.7143],
  ])
})

test('a configured price is named as such', () => {
  const pricing = { region: 'us-east-1', own: { vcpuHour: 0.04, gbHour: 0.004 } }
  const months = estimated([], 'search', 1.5, ['2026-11-10', '2026-11-20'])
  const { notes } = fleetCosts({ months, servers: [aServer()], look: { ...look, pricing }, now })
  expect(notes).toEqual([expect.stringContaining('about $1.50 a day by the configured price; the estimate is used')])
})
