import { parseDuration } from '../../model/duration.ts'

/** Largest duration Go can hold: nanoseconds in 63 bits. */
const MAX_DURATION_MS = 2 ** 63 / 1e6

/** Value of a number or duration as PromQL writes it (`0x1F`, `1e3`, `.5`, `Inf`, `1h30m`), or undefined. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.replace(/^([+-])\s+/, '$1')
  const sign = trimmed.startsWith('-') ? -1 : 1
  const body = trimmed.replace(/^[+-]/, '')
  const value = unsigned(body)
  return value === undefined ? undefined : sign * value
}

function unsigned(text: string): number | undefined {
  if (/^inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY
  if (/^nan$/i.test(text)) return Number.NaN
  const digits = /^[\d_]*_[\d_]*$|_/.test(text) ? text.replaceAll('_', '') : text
  if (/^0[xX][\da-fA-F]+$/.test(digits)) return Number(digits)
  // As Go's ParseInt with base 0: a leading zero means octal, unless the digits do not fit.
  if (/^0[0-7]+$/.test(digits)) return Number.parseInt(digits, 8)
  if (/^0[bo]/i.test(digits)) return undefined
  if (/^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(digits)) {
    const value = Number(digits)
    // Go's ParseFloat refuses what rounds to infinity.
    return Number.isFinite(value) ? value : undefined
  }
  const durationMs = text === '0' ? undefined : parseDuration(text)
  return durationMs === undefined || durationMs > MAX_DURATION_MS ? undefined : seconds(durationMs)
}

/** The bound a label `le` holds, as Go's ParseFloat reads it; undefined when it is no number. */
export function parseBound(text: string): number | undefined {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text)
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^[+-]?nan$/i.test(text)) return text.length === 3 ? Number.NaN : undefined
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** Seconds of a duration the way Go divides it: whole seconds and the rest apart. */
export function seconds(durationMs: number): number {
  return Math.trunc(durationMs / 1000) + ((durationMs % 1000) * 1e6) / 1e9
}

const ESCAPES: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
}
const ESCAPE = /\\(?:([abfnrtv\\'"])|x([\da-fA-F]{2})|([0-7]{3})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]?))/g

/** Text of a quoted string with Go's escapes, or what is wrong with it. Back quotes take everything as it stands. */
export function unquote(text: string): { value: string } | { problem: string } {
  const quote = text[0]
  const body = text.slice(1, -1)
  if (quote === '`') return { value: body }
  if (body.includes('\n')) return { problem: 'a string in quotes may not run over lines; use back quotes' }
  let problem: string | undefined
  // Byte escapes may build one character out of several, so the text is put together as bytes.
  const parts: Buffer[] = []
  let last = 0
  for (const match of body.matchAll(ESCAPE)) {
    parts.push(Buffer.from(body.slice(last, match.index)))
    last = match.index + match[0].length
    const unescaped = bytesOf(match, quote)
    if (unescaped === undefined) problem ??= `unknown escape "${match[0]}"; a backslash itself is written \\\\`
    else parts.push(unescaped)
  }
  parts.push(Buffer.from(body.slice(last)))
  return problem ? { problem } : { value: Buffer.concat(parts).toString('utf8') }
}

function bytesOf(match: RegExpMatchArray, quote: string | undefined): Buffer | undefined {
  const [, letter, hex, octal, short, long] = match
  if (letter !== undefined) {
    if ((letter === '"' || letter === "'") && letter !== quote) return undefined
    return Buffer.from(ESCAPES[letter] ?? '')
  }
  if (hex !== undefined) return Buffer.from([Number.parseInt(hex, 16)])
  if (octal !== undefined) {
    const byte = Number.parseInt(octal, 8)
    return byte > 255 ? undefined : Buffer.from([byte])
  }
  const code = Number.parseInt(short ?? long ?? '', 16)
  if (Number.isNaN(code) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
  return Buffer.from(String.fromCodePoint(code))
}
