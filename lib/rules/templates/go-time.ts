const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const two = (value: number) => String(value).padStart(2, '0')

/** A moment in UTC with the precision Prometheus gives templates: milliseconds. */
export class Time {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
  /** As Go prints a time: `2026-11-21 09:00:00.5 +0000 UTC`. */
  toString(): string {
    const date = new Date(this.ms)
    const day = `${String(date.getUTCFullYear()).padStart(4, '0')}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
    const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
    return `${day} ${clock}${this.fraction()} +0000 UTC`
  }
  private fraction(): string {
    const ms = new Date(this.ms).getUTCMilliseconds()
    return ms === 0 ? '' : `.${String(ms).padStart(3, '0').replace(/0+$/, '')}`
  }
  /** A text after a Go layout, in which the moment 2006-01-02 15:04:05 stands for the parts (Go documentation, time.Layout). */
  format(layout: string): string {
    const date = new Date(this.ms)
    const hour = date.getUTCHours()
    const month = MONTHS[date.getUTCMonth()] ?? ''
    const day = DAYS[date.getUTCDay()] ?? ''
    const parts: Record<string, string> = {
      January: month,
      Jan: month.slice(0, 3),
      Monday: day,
      Mon: day.slice(0, 3),
      MST: 'UTC',
      2006: String(date.getUTCFullYear()).padStart(4, '0'),
      '06': two(date.getUTCFullYear() % 100),
      '01': two(date.getUTCMonth() + 1),
      '02': two(date.getUTCDate()),
      '03': two(hour % 12 || 12),
      '04': two(date.getUTCMinutes()),
      '05': two(date.getUTCSeconds()),
      15: two(hour),
      PM: hour < 12 ? 'AM' : 'PM',
      pm: hour < 12 ? 'am' : 'pm',
      _2: String(date.getUTCDate()).padStart(2, ' '),
      'Z07:00': 'Z',
      Z0700: 'Z',
      '-07:00': '+00:00',
      '-0700': '+0000',
      1: String(date.getUTCMonth() + 1),
      2: String(date.getUTCDate()),
      3: String(hour % 12 || 12),
      4: String(date.getUTCMinutes()),
      5: String(date.getUTCSeconds()),
    }
    return layout.replace(
      /January|Jan|Monday|Mon|MST|2006|Z07:00|Z0700|-07:00|-0700|06|01|02|03|04|05|15|PM|pm|_2|[.,](?:0+|9+)(?!\d)|[12345]/g,
      (part) => parts[part] ?? fractionOf(part, date.getUTCMilliseconds()),
    )
  }
  /** Methods that templates can call, by name. */
  call(method: string, args: readonly unknown[]): string | bigint | Time | undefined {
    const date = new Date(this.ms)
    const numbers: Record<string, () => number> = {
      Unix: () => Math.floor(this.ms / 1000),
      UnixMilli: () => this.ms,
      Year: () => date.getUTCFullYear(),
      Day: () => date.getUTCDate(),
      Hour: () => date.getUTCHours(),
      Minute: () => date.getUTCMinutes(),
      Second: () => date.getUTCSeconds(),
      YearDay: () => Math.floor((this.ms - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1,
    }
    const [layout] = args
    if (method === 'Format') return typeof layout === 'string' && args.length === 1 ? this.format(layout) : undefined
    if (args.length > 0) return undefined
    if (method === 'String') return this.toString()
    if (method === 'UTC') return this
    // Month and Weekday print as their names.
    if (method === 'Month') return MONTHS[date.getUTCMonth()]
    if (method === 'Weekday') return DAYS[date.getUTCDay()]
    const number = numbers[method]
    return number ? BigInt(number()) : undefined
  }
}

function fractionOf(layout: string, ms: number): string {
  const digits = String(ms)
    .padStart(3, '0')
    .padEnd(layout.length - 1, '0')
    .slice(0, layout.length - 1)
  if (layout[1] === '0') return `${layout[0]}${digits}`
  const shown = digits.replace(/0+$/, '')
  return shown ? `${layout[0]}${shown}` : ''
}

/** A Go time.Duration, in whole nanoseconds. */
export class Duration {
  readonly ns: bigint
  constructor(ns: bigint) {
    this.ns = ns
  }
  get seconds(): number {
    return Number(this.ns) / 1e9
  }
  /** As Go prints a duration: `1h2m3.5s`, `1.5ms`, `0s`. */
  toString(): string {
    if (this.ns === 0n) return '0s'
    const sign = this.ns < 0n ? '-' : ''
    const ns = this.ns < 0n ? -this.ns : this.ns
    if (ns < 1000n) return `${sign}${ns}ns`
    if (ns < 1_000_000n) return `${sign}${decimal(ns, 3)}µs`
    if (ns < 1_000_000_000n) return `${sign}${decimal(ns, 6)}ms`
    const minutes = ns / 60_000_000_000n
    const seconds = `${decimal(ns % 60_000_000_000n, 9)}s`
    if (minutes === 0n) return sign + seconds
    if (minutes < 60n) return `${sign}${minutes}m${seconds}`
    return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`
  }
  call(method: string, args: readonly unknown[]): string | number | bigint | undefined {
    if (args.length > 0) return undefined
    if (method === 'String') return this.toString()
    if (method === 'Seconds') return this.seconds
    if (method === 'Minutes') return this.seconds / 60
    if (method === 'Hours') return this.seconds / 3600
    return method === 'Milliseconds' ? this.ns / 1_000_000n : undefined
  }
}

function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0')
  const part = digits.slice(-places).replace(/0+$/, '')
  return digits.slice(0, -places) + (part ? `.${part}` : '')
}
