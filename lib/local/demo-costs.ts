import { addDays, dayOf, daysBetween, firstOfMonth } from '../costs/calendar.ts'

/** What the demo's Cost Explorer bills per day and server, in USD; the last has lost its tag. */
const PER_DAY: Record<string, number> = {
  everything: 0.31,
  files: 1.94,
  memory: 0.31,
  thinking: 0.64,
  monitor: 0.31,
  '': 0.27,
}

const SERVICE = 'Amazon Elastic Container Service'

export function demoCosts(): { server: string; service: string; usd: number }[] {
  return Object.entries(PER_DAY).map(([server, usd]) => ({ server, service: SERVICE, usd }))
}

/** Budgets that this month's spend so far exceeds, whatever the day is. */
export function demoBudgets(now: Date): { fleet: string; files: string } {
  const today = dayOf(now)
  const days = daysBetween(firstOfMonth(today), addDays(today, 1)).length
  const total = Object.values(PER_DAY).reduce((sum, usd) => sum + usd, 0)
  return { fleet: (total * days * 2).toFixed(2), files: ((PER_DAY.files ?? 0) * days * 0.8).toFixed(2) }
}
