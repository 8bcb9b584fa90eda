import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays, dayOf, daysBetween } from '../../../lib/costs/calendar.ts'
import { fetchWindow, recordBilled } from '../../../lib/costs/record-costs.ts'
import { spendOf } from '../../../lib/costs/spend.ts'
import type { BilledCost } from '../../../lib/model/cost.ts'

const moments = fc.date({
  min: new Date('2024-01-01T00:00:00Z'),
  max: new Date('2033-01-01T00:00:00Z'),
  noInvalidDate: true,
})

/** A moment, and what Cost Explorer might answer for its window: any day, server and service, cents. */
const answers = moments.chain((now) => {
  const { from, to } = fetchWindow(now)
  const row = fc.record({
    day: fc.constantFrom(...daysBetween(from, to)),
    server: fc.constantFrom('', 'a', 'b'),
    service: fc.constantFrom('ECS', 'ELB'),
    usd: fc.integer({ min: 0, max: 10_000 }).map((cents) => cents / 100),
  })
  return fc.record({ now: fc.constant(now), costs: fc.array(row, { maxLength: 80 }) })
})

const totalOf = (costs: readonly BilledCost[], server: string) =>
  costs.filter((cost) => cost.server === server).reduce((sum, { usd }) => sum + usd, 0)

test('recording an answer twice changes nothing, and not a cent is lost', () => {
  fc.assert(
    fc.property(answers, ({ now, costs }) => {
      const window = fetchWindow(now)
      const once = recordBilled([], costs, window)
      expect(recordBilled(once, costs, window)).toEqual(once)
      for (const server of ['', 'a', 'b']) {
        const days = once.filter((month) => month.server === server).flatMap((month) => Object.values(month.days))
        const stored = days.flatMap(({ billed }) => Object.values(billed ?? {})).reduce((sum, usd) => sum + usd, 0)
        expect(stored).toBeCloseTo(totalOf(costs, server), 6)
      }
    }),
  )
})

test('month to date is the sum of this month, and the forecast is never below it', () => {
  fc.assert(
    fc.property(answers, ({ now, costs }) => {
      const months = recordBilled([], costs, fetchWindow(now)).filter(({ server }) => server === 'a')
      const spend = spendOf(months, now)
      const thisMonth = costs.filter(({ day }) => day.slice(0, 7) === dayOf(now).slice(0, 7))
      expect(spend.monthToDateUsd).toBeCloseTo(totalOf(thisMonth, 'a'), 6)
      expect(spend.forecastUsd).toBeGreaterThanOrEqual(spend.monthToDateUsd - 1e-9)
    }),
  )
})

test('the window always holds today, whole months, and at least nine days before', () => {
  fc.assert(
    fc.property(moments, (now) => {
      const { from, to } = fetchWindow(now)
      const days = daysBetween(from, to)
      expect(from.endsWith('-01')).toBe(true)
      expect(days.at(-1)).toBe(dayOf(now))
      expect(from <= addDays(dayOf(now), -9)).toBe(true)
      expect(days.length).toBeLessThanOrEqual(40)
    }),
  )
})
