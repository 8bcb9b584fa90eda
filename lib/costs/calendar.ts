const DAY_MS = 86_400_000

/** The UTC day a moment belongs to, `2026-11-21`: Cost Explorer counts in UTC days. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}

/** The month of a day, `2026-11`. */
export function monthOf(day: string): string {
  return day.slice(0, 7)
}

/** The day `count` days later (earlier when negative). */
export function addDays(day: string, count: number): string {
  return dayOf(new Date(Date.parse(day) + count * DAY_MS))
}

/** Days from `from` up to but without `to`. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = []
  for (let day = from; day < to; day = addDays(day, 1)) days.push(day)
  return days
}

/** First day of the month a day belongs to. */
export function firstOfMonth(day: string): string {
  return `${monthOf(day)}-01`
}

/** First day of the month after the one a day belongs to. */
export function firstOfNextMonth(day: string): string {
  return firstOfMonth(addDays(firstOfMonth(day), 31))
}
