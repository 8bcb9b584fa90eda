import type { BilledCost, DayCost, ServerMonth } from '../model/cost.ts'
import { addDays, dayOf, firstOfMonth, monthOf } from './calendar.ts'
import type { Estimate } from './estimate.ts'

/** Days that Cost Explorer is asked for; `to` is exclusive, as in its API. */
export interface Window {
  from: string
  to: string
}

/**
 * Whole months, so that what is stored is replaced as a whole: the current one, and in its first days the one before,
 * whose last days are still growing and feed the 7-day trend. `to` is tomorrow, since the end is exclusive and without
 * that today would be lost.
 */
export function fetchWindow(now: Date): Window {
  const today = dayOf(now)
  return { from: firstOfMonth(addDays(today, -9)), to: addDays(today, 1) }
}

/** Puts Cost Explorer's answer for a window of whole months in place of what was stored of it before. */
export function recordBilled(
  months: readonly ServerMonth[],
  billed: readonly BilledCost[],
  window: Window,
): ServerMonth[] {
  const recorded = copyOf(months)
  for (const { days } of recorded.values()) {
    for (const [day, cost] of Object.entries(days)) if (day >= window.from && day < window.to) delete cost.billed
  }
  for (const { day, server, service, usd } of billed) {
    const cost = dayIn(recorded, server, day)
    cost.billed ??= {}
    cost.billed[service] = (cost.billed[service] ?? 0) + usd
  }
  return [...recorded.values()]
}

/** Adds one look at the running tasks to today's mean estimate of each server. */
export function recordEstimates(
  months: readonly ServerMonth[],
  estimates: ReadonlyMap<string, Estimate>,
  now: Date,
): ServerMonth[] {
  const recorded = copyOf(months)
  for (const [server, estimate] of estimates) {
    if (!estimate.known) continue
    const cost = dayIn(recorded, server, dayOf(now))
    const { meanUsdPerDay, looks } = cost.estimate ?? { meanUsdPerDay: 0, looks: 0 }
    cost.estimate = {
      meanUsdPerDay: (meanUsdPerDay * looks + estimate.usdPerDay) / (looks + 1),
      latestUsdPerDay: estimate.usdPerDay,
      looks: looks + 1,
    }
  }
  return [...recorded.values()]
}

function copyOf(months: readonly ServerMonth[]): Map<string, ServerMonth> {
  return new Map(months.map((month) => [keyOf(month.month, month.server), structuredClone(month)]))
}

function dayIn(months: Map<string, ServerMonth>, server: string, day: string): DayCost {
  const key = keyOf(monthOf(day), server)
  const month = months.get(key) ?? { server, month: monthOf(day), days: {} }
  months.set(key, month)
  const cost = month.days[day] ?? {}
  month.days[day] = cost
  return cost
}

function keyOf(month: string, server: string): string {
  return `${month}#${server}`
}

/** The calendar months that `spendOf` needs at a moment: those of the fetch window. */
export function monthsToRead(now: Date): string[] {
  const { from } = fetchWindow(now)
  return [...new Set([monthOf(from), monthOf(dayOf(now))])]
}
