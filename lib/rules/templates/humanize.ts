import { formatFloat } from './format-float.ts'
import { Duration, Time } from './go-time.ts'
import type { GoValue } from './go-value.ts'
import { typeName } from './go-value.ts'

const LARGE = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const LARGE_BINARY = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi']
const SMALL = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']

const four = (value: number) => formatFloat(value, 'g', 4)

const GO_FLOAT = /^[+-]?(?:(?:\d[\d]*\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i

/** The value as a float64: numbers and texts that hold one. Throws for others, as Prometheus does. */
export function toFloat(value: GoValue): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string') throw new Error(`can't convert ${typeName(value)} to float`)
  if (!GO_FLOAT.test(value)) throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`)
  if (/nan/i.test(value)) return Number.NaN
  if (/inf/i.test(value)) return value.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return Number(value)
}

/** Four significant digits with a metric prefix: `1.234k`. */
export function humanize(given: GoValue): string {
  const value = toFloat(given)
  if (value === 0 || !Number.isFinite(value)) return four(value)
  return Math.abs(value) >= 1 ? scaleDown(value, 1000, LARGE) : scaleUp(value)
}

/** Four significant digits with a binary prefix: `1.5Gi`. */
export function humanize1024(given: GoValue): string {
  const value = toFloat(given)
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return four(value)
  return scaleDown(value, 1024, LARGE_BINARY)
}

function scaleDown(value: number, step: number, prefixes: readonly string[]): string {
  let rest = value
  let prefix = ''
  for (const each of prefixes) {
    if (Math.abs(rest) < step) break
    prefix = each
    rest /= step
  }
  return four(rest) + prefix
}

function scaleUp(value: number): string {
  let rest = value
  let prefix = ''
  for (const each of SMALL) {
    if (Math.abs(rest) >= 1) break
    prefix = each
    rest *= 1000
  }
  return four(rest) + prefix
}

/** A ratio as per cent, four significant digits: `12.5%`. */
export function humanizePercentage(given: GoValue): string {
  return `${four(toFloat(given) * 100)}%`
}

/** Seconds as days to seconds, `1d 2h 3m 4s`; below a minute four significant digits, `1.5s`, `20ms`. */
export function humanizeDuration(given: GoValue): string {
  const value = toFloat(given)
  if (!Number.isFinite(value)) return four(value)
  if (value === 0) return `${four(value)}s`
  if (Math.abs(value) < 1) return `${scaleUp(value)}s`
  const sign = value < 0 ? '-' : ''
  const whole = Math.trunc(Math.abs(value))
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count !== 0)
  if (first === 3) return `${sign}${four(Math.abs(value))}s`
  return (
    sign +
    parts
      .slice(first)
      .map(([count, unit]) => `${count}${unit}`)
      .join(' ')
  )
}

const MOST_NANOSECONDS = 2 ** 63

/** A moment of Unix seconds, to the millisecond. */
export function toTime(given: GoValue): Time {
  const value = toFloat(given)
  if (!Number.isFinite(value)) throw new Error('value is NaN or Inf')
  const nanoseconds = value * 1e9
  if (Math.abs(nanoseconds) > MOST_NANOSECONDS) {
    const shown = formatFloat(value, 'g', -1)
    throw new Error(`${shown} cannot be represented as a nanoseconds timestamp since it overflows int64`)
  }
  return new Time(Number(BigInt(Math.trunc(nanoseconds)) / 1_000_000n))
}

export function humanizeTimestamp(given: GoValue): string {
  const value = toFloat(given)
  return Number.isFinite(value) ? toTime(value).toString() : four(value)
}

export function toDuration(given: GoValue): Duration {
  return new Duration(BigInt.asIntN(64, BigInt(Math.trunc(toFloat(given) * 1e9) || 0)))
}
