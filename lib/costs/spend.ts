import type { DayCost, ServerMonth } from '../model/cost.ts'
import { addDays, dayOf, daysBetween, firstOfMonth, firstOfNextMonth } from './calendar.ts'

/**
 * Hours after its end from which a day counts as settled. Cost Explorer refreshes up to three times a day and shows
 * usage up to a day late, so that yesterday's figure still grows this morning.
 */
const SETTLED_AFTER_MS = 24 * 3_600_000
/** Settled days whose mean stands for the days still to come. */
const TREND_DAYS = 7

/** One day of one server, from one source. */
export interface DaySpend {
  day: string
  usd: number
  /** The figure may still grow. */
  provisional: boolean
}

/** Spend of the current month and what it leads to. */
export interface Spend {
  /** Where the figures come from; `none`: neither Cost Explorer nor an estimate knows this server. */
  source: 'cost_explorer' | 'estimate' | 'none'
  monthToDateUsd: number
  forecastUsd: number
  /** Mean of the last settled days; for estimates of the days looked at. */
  usdPerDay: number
  /** The last complete UTC day. */
  yesterday: DaySpend
  services: Record<string, number>
  /** First day with a figure in the months given. */
  firstDay?: string
}

/**
 * Spend of one server in the month of `now` (UTC). Cost Explorer's figures are used as soon as they show anything of
 * the server in the months given, else the live estimate. The forecast for the whole month is
 *   settled days as they are
 *   + each unsettled day at the mean of the last 7 settled days, or as it stands if that is more already
 *   + the mean for each day still to come.
 * With fewer settled days the mean is over those there are; days before the first figure do not count as zero.
 */
export function spendOf(months: readonly ServerMonth[], now: Date): Spend {
  const days = new Map(months.flatMap((month) => Object.entries(month.days)))
  const source = sourceOf(days)
  const today = dayOf(now)
  const usdOf = (day: string) => amountOf(days.get(day), source)
  const isSettled = (day: string) => source === 'estimate' || now.getTime() >= settledFrom(day)

  const usdPerDay = trend(days, source, isSettled, today)
  const first = firstOfMonth(today)
  const soFar = daysBetween(first, addDays(today, 1))
  const monthToDateUsd = sum(
    soFar.map((day) => (day === today ? partOfToday(source, usdOf(day), now) : (usdOf(day) ?? 0))),
  )
  const expected = soFar.map((day) => {
    const usd = usdOf(day)
    if (day !== today && isSettled(day)) return usd ?? 0
    return Math.max(usd ?? 0, usdPerDay)
  })
  const toCome = daysBetween(addDays(today, 1), firstOfNextMonth(today)).length
  const yesterday = addDays(today, -1)
  const firstDay = [...days.keys()].filter((day) => usdOf(day) !== undefined).sort()[0]
  return {
    source,
    ...(firstDay && { firstDay }),
    monthToDateUsd,
    forecastUsd: sum(expected) + toCome * usdPerDay,
    usdPerDay,
    yesterday: { day: yesterday, usd: usdOf(yesterday) ?? 0, provisional: !isSettled(yesterday) },
    services: source === 'cost_explorer' ? byService(soFar.map((day) => days.get(day))) : {},
  }
}

/** When a day's figure no longer grows, in milliseconds since the epoch. */
function settledFrom(day: string): number {
  return Date.parse(addDays(day, 1)) + SETTLED_AFTER_MS
}

function sourceOf(days: Map<string, DayCost>): Spend['source'] {
  const all = [...days.values()]
  if (all.some((day) => day.billed)) return 'cost_explorer'
  return all.some((day) => day.estimate) ? 'estimate' : 'none'
}

function amountOf(day: DayCost | undefined, source: Spend['source']): number | undefined {
  if (source === 'estimate') return day?.estimate?.meanUsdPerDay
  return day?.billed && sum(Object.values(day.billed))
}

/** An estimate is a rate per full day: of today only the part that has passed is spent. */
function partOfToday(source: Spend['source'], usd: number | undefined, now: Date): number {
  if (usd === undefined) return 0
  return source === 'estimate' ? usd * ((now.getTime() - Date.parse(dayOf(now))) / 86_400_000) : usd
}

/**
 * Mean of the last days that can be trusted, in USD per day; 0 when there is no figure at all. A day that Cost Explorer
 * does not show cost nothing; one that was not estimated is unknown and left out.
 */
function trend(
  days: Map<string, DayCost>,
  source: Spend['source'],
  isSettled: (day: string) => boolean,
  today: string,
): number {
  const known = [...days.keys()].filter((day) => amountOf(days.get(day), source) !== undefined).sort()
  const settled = source === 'estimate' ? known : daysBetween(known[0] ?? today, today).filter(isSettled)
  // A server of yesterday has no settled day yet: what there is, is the best guess.
  const basis = (settled.length > 0 ? settled : known).slice(-TREND_DAYS)
  if (basis.length === 0) return 0
  return sum(basis.map((day) => amountOf(days.get(day), source) ?? 0)) / basis.length
}

function byService(days: (DayCost | undefined)[]): Record<string, number> {
  const services: Record<string, number> = {}
  for (const day of days) {
    for (const [service, usd] of Object.entries(day?.billed ?? {})) services[service] = (services[service] ?? 0) + usd
  }
  return services
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
