const DAY_MS = 86_400_000
/** The Gregorian calendar repeats after this long, weekdays included. */
const CYCLE_YEARS = 400
const CYCLE_S = 146_097 * 86_400
/** What NaN, Inf and values beyond 64 bits become where Prometheus usually runs: the end of time, in December. */
const END_OF_TIME_S = 2 ** 63

interface Moment {
  /** The same moment in a year that a Date can hold. */
  date: Date
  year: number
}

/** Functions of a Unix time in seconds, in UTC. Fractions are cut off towards zero, as in Prometheus. */
export const TIME_FUNCTIONS = new Map<string, (seconds: number) => number>(
  Object.entries({
    minute: ({ date }: Moment) => date.getUTCMinutes(),
    hour: ({ date }: Moment) => date.getUTCHours(),
    day_of_week: ({ date }: Moment) => date.getUTCDay(),
    day_of_month: ({ date }: Moment) => date.getUTCDate(),
    day_of_year: ({ date }: Moment) =>
      Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1,
    days_in_month: ({ date }: Moment) =>
      new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
    month: ({ date }: Moment) => date.getUTCMonth() + 1,
    year: ({ year }: Moment) => year,
  }).map(([name, compute]) => [name, (seconds: number) => compute(momentOf(seconds))]),
)

function momentOf(seconds: number): Moment {
  const whole = Math.abs(seconds) < END_OF_TIME_S ? Math.trunc(seconds) : END_OF_TIME_S
  const withinCycle = ((whole % CYCLE_S) + CYCLE_S) % CYCLE_S
  const date = new Date(withinCycle * 1000)
  return { date, year: date.getUTCFullYear() + ((whole - withinCycle) / CYCLE_S) * CYCLE_YEARS }
}
