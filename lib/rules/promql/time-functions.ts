const DAY_MS = 86_400_000

/** Functions of a Unix time in seconds, in UTC. Fractions are cut off towards zero, as in Prometheus. */
export const TIME_FUNCTIONS = new Map<string, (date: Date) => number>(
  Object.entries({
    minute: (date: Date) => date.getUTCMinutes(),
    hour: (date: Date) => date.getUTCHours(),
    day_of_week: (date: Date) => date.getUTCDay(),
    day_of_month: (date: Date) => date.getUTCDate(),
    day_of_year: (date: Date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1,
    days_in_month: (date: Date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
    month: (date: Date) => date.getUTCMonth() + 1,
    year: (date: Date) => date.getUTCFullYear(),
  }),
)

/** The date of a number of seconds, whole seconds only. */
export function dateOf(seconds: number): Date {
  return new Date(Math.trunc(seconds) * 1000)
}
