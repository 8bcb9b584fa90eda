import { describe, expect, test } from 'vitest'
import { addDays, daysBetween, firstOfNextMonth } from '../../../lib/costs/calendar.ts'
import { fetchWindow, recordBilled, recordEstimates } from '../../../lib/costs/record-costs.ts'
import { spendOf } from '../../../lib/costs/spend.ts'
import type { ServerMonth } from '../../../lib/model/cost.ts'

const ECS = 'Amazon Elastic Container Service'

/** Billed days from a day on, one figure per day, stored as the table stores them. */
function billed(from: string, figures: number[]): ServerMonth[] {
  const costs = figures.map((usd, index) => ({ day: addDays(from, index), server: 's', service: ECS, usd }))
  return recordBilled([], costs, { from: '2000-01-01', to: '2100-01-01' })
}

describe('calendar', () => {
  test.for([
    { day: '2026-11-30', next: '2026-12-01' },
    { day: '2026-12-31', next: '2027-01-01' },
    { day: '2026-01-31', next: '2026-02-01' },
    { day: '2028-02-29', next: '2028-03-01' },
  ])('the month after $day starts on $next', ({ day, next }) => expect(firstOfNextMonth(day)).toBe(next))

  test('February of a leap year has 29 days', () => {
    expect(daysBetween('2028-02-01', '2028-03-01')).toHaveLength(29)
    expect(daysBetween('2027-02-01', '2027-03-01')).toHaveLength(28)
  })
})

describe('fetchWindow', () => {
  test.for([
    { now: '2026-11-21T08:00:00Z', from: '2026-11-01', to: '2026-11-22' },
    { now: '2026-11-10T00:00:00Z', from: '2026-11-01', to: '2026-11-11' },
    { now: '2026-11-09T23:59:59Z', from: '2026-10-01', to: '2026-11-10' },
    { now: '2026-12-01T00:00:00Z', from: '2026-11-01', to: '2026-12-02' },
    { now: '2027-01-01T08:00:00Z', from: '2026-12-01', to: '2027-01-02' },
    { now: '2028-02-29T12:00:00Z', from: '2028-02-01', to: '2028-03-01' },
    { now: '2026-11-30T23:30:00Z', from: '2026-11-01', to: '2026-12-01' },
  ])('$now: $from to $to', ({ now, from, to }) => expect(fetchWindow(new Date(now))).toEqual({ from, to }))
})

describe('spendOf: month to date and forecast', () => {
  test.for([
    {
      name: 'steady $1 a day: settled days, two unsettled ones at the mean, the rest at the mean',
      days: billed('2026-11-01', [...Array(20).fill(1), 0.2]),
      now: '2026-11-21T08:00:00Z',
      monthToDate: 20.2,
      forecast: 30,
      perDay: 1,
      yesterday: { day: '2026-11-20', usd: 1, provisional: true },
    },
    {
      name: 'an unsettled day that is already above the mean counts as it stands',
      days: billed('2026-11-01', [...Array(19).fill(1), 5, 0]),
      now: '2026-11-21T08:00:00Z',
      monthToDate: 24,
      forecast: 34,
      perDay: 1,
      yesterday: { day: '2026-11-20', usd: 5, provisional: true },
    },
    {
      name: 'exactly 24 h after its end a day is settled',
      days: billed('2026-11-01', [...Array(19).fill(1), 8, 0, 0]),
      now: '2026-11-22T00:00:00Z',
      monthToDate: 27,
      forecast: 19 + 8 + 2 * 10,
      perDay: 2,
      yesterday: { day: '2026-11-21', usd: 0, provisional: true },
    },
    {
      name: 'first of the month: the trend comes from the month before',
      days: billed('2026-11-20', [...Array(11).fill(2), 0.5]),
      now: '2026-12-01T08:00:00Z',
      monthToDate: 0.5,
      forecast: 62,
      perDay: 2,
      yesterday: { day: '2026-11-30', usd: 2, provisional: true },
    },
    {
      name: 'last day of a leap February',
      days: billed('2028-02-01', [...Array(28).fill(1), 0]),
      now: '2028-02-29T23:00:00Z',
      monthToDate: 28,
      forecast: 29,
      perDay: 1,
      yesterday: { day: '2028-02-28', usd: 1, provisional: true },
    },
    {
      name: 'a server of three days: days before its first figure are no zeros',
      days: billed('2026-11-18', [3, 3, 3]),
      now: '2026-11-21T08:00:00Z',
      monthToDate: 9,
      forecast: 9 + 10 * 3,
      perDay: 3,
      yesterday: { day: '2026-11-20', usd: 3, provisional: true },
    },
    {
      name: 'a server that was stopped: its zeros pull the trend down',
      days: [...billed('2026-11-01', [...Array(11).fill(7)])],
      now: '2026-11-20T08:00:00Z',
      monthToDate: 77,
      forecast: 77,
      perDay: 0,
      yesterday: { day: '2026-11-19', usd: 0, provisional: true },
    },
  ])('$name', ({ days, now, monthToDate, forecast, perDay, yesterday }) => {
    const spend = spendOf(days, new Date(now))
    expect(spend.source).toBe('cost_explorer')
    expect(spend.monthToDateUsd).toBeCloseTo(monthToDate, 6)
    expect(spend.forecastUsd).toBeCloseTo(forecast, 6)
    expect(spend.usdPerDay).toBeCloseTo(perDay, 6)
    expect(spend.yesterday).toEqual(yesterday)
  })

  test('a server that Cost Explorer does not show is estimated: today counts as far as it has gone', () => {
    const rate = new Map([['s', { known: true as const, usdPerDay: 24 }]])
    const yesterday = recordEstimates([], rate, new Date('2026-11-20T13:20:00Z'))
    const months = recordEstimates(yesterday, rate, new Date('2026-11-21T06:00:00Z'))
    const spend = spendOf(months, new Date('2026-11-21T06:00:00Z'))
    expect(spend).toMatchObject({ source: 'estimate', monthToDateUsd: 24 + 6, usdPerDay: 24 })
    expect(spend.forecastUsd).toBeCloseTo(24 * 11, 6)
    expect(spend.yesterday).toEqual({ day: '2026-11-20', usd: 24, provisional: false })
  })

  test('nothing known', () => {
    expect(spendOf([], new Date('2026-11-21T06:00:00Z'))).toMatchObject({
      source: 'none',
      monthToDateUsd: 0,
      forecastUsd: 0,
    })
  })
})

describe('recordEstimates', () => {
  test('a day holds the mean of its looks', () => {
    const now = new Date('2026-11-21T01:20:00Z')
    const once = recordEstimates([], new Map([['s', { known: true, usdPerDay: 10 }]]), now)
    const twice = recordEstimates(once, new Map([['s', { known: true, usdPerDay: 30 }]]), now)
    expect(twice).toEqual([
      {
        server: 's',
        month: '2026-11',
        days: { '2026-11-21': { estimate: { meanUsdPerDay: 20, latestUsdPerDay: 30, looks: 2 } } },
      },
    ])
    expect(once[0]?.days['2026-11-21']?.estimate?.looks).toBe(1)
  })
})

describe('recordBilled', () => {
  const window = { from: '2026-11-01', to: '2026-11-22' }

  test('the newest answer replaces what was billed, keeps estimates and months outside', () => {
    const before: ServerMonth[] = [
      { server: 's', month: '2026-10', days: { '2026-10-31': { billed: { [ECS]: 9 } } } },
      {
        server: 's',
        month: '2026-11',
        days: { '2026-11-01': { billed: { Old: 1 }, estimate: { meanUsdPerDay: 2, latestUsdPerDay: 2, looks: 1 } } },
      },
    ]
    const after = recordBilled(before, [{ day: '2026-11-01', server: 's', service: ECS, usd: 3 }], window)
    expect(after).toEqual([
      before[0],
      {
        server: 's',
        month: '2026-11',
        days: { '2026-11-01': { billed: { [ECS]: 3 }, estimate: { meanUsdPerDay: 2, latestUsdPerDay: 2, looks: 1 } } },
      },
    ])
  })

  test('a day cut between pages is added up once', () => {
    const rows = [1, 2].map((usd) => ({ day: '2026-11-02', server: 's', service: ECS, usd }))
    expect(recordBilled([], rows, window)[0]?.days).toEqual({ '2026-11-02': { billed: { [ECS]: 3 } } })
  })
})
