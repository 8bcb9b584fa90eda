import { formatFloat } from './format-float.ts'
import { quoteGo } from './go-literals.ts'
import { Duration, Time } from './go-time.ts'
import { formatValue, GoMap, type GoValue, typeName } from './go-value.ts'

interface Directive {
  flags: string
  width: number
  /** -1: none given. */
  precision: number
  verb: string
}

const DIRECTIVE = /%([+\-# 0]*)(?:\[(\d+)\])?(\*|\d+)?(?:\.(?:\[(\d+)\])?(\*|\d*))?(?:\[(\d+)\])?(.|$)/gsu

/** Go's fmt.Sprintf over the values that templates have. Faults show in the text as in Go: `%!d(string=x)`. */
export function sprintf(format: string, values: readonly GoValue[]): string {
  let next = 0
  let reordered = false
  const take = () => values[next++]
  const number = (text: string | undefined, missing: number) => {
    if (text === '*') {
      const value = take()
      return typeof value === 'bigint' ? Number(value) : missing
    }
    return text === undefined ? missing : Number(text || 0)
  }
  const jump = (index: string | undefined) => {
    if (index === undefined) return
    reordered = true
    next = Number(index) - 1
  }
  const text = format.replace(DIRECTIVE, (_, flags, first, width, second, precision, third, verb) => {
    if (verb === '') return '%!(NOVERB)'
    if (verb === '%') return '%'
    jump(first)
    const wide = number(width, 0)
    jump(second)
    const precise = number(precision, -1)
    jump(third)
    if (next < 0 || (reordered && next >= values.length)) return `%!${verb}(BADINDEX)`
    if (next >= values.length) return `%!${verb}(MISSING)`
    const left = wide < 0 ? '-' : ''
    return formatOne({ flags: flags + left, width: Math.abs(wide), precision: precise, verb }, take())
  })
  if (reordered || next >= values.length) return text
  const extra = values.slice(next).map((value) => (isNil(value) ? '<nil>' : `${typeName(value)}=${formatValue(value)}`))
  return `${text}%!(EXTRA ${extra.join(', ')})`
}

const isNil = (value: GoValue) => value === null || value === undefined

function formatOne(directive: Directive, value: GoValue): string {
  const { verb, flags } = directive
  if (verb === 'T') return pad(directive, typeName(value))
  if (isNil(value)) return verb === 'v' ? pad(directive, '<nil>') : `%!${verb}(<nil>)`
  const text = formatBasic(directive, value)
  if (text !== undefined) return text
  if (verb === 'v' || (verb === 's' && !isBasic(value))) {
    if (verb === 's' && value instanceof GoMap) {
      return `map[${[...value.entries].map(([name, each]) => `${name}:${formatOne({ ...directive, width: 0 }, each)}`).join(' ')}]`
    }
    return pad(directive, formatValue(value))
  }
  return `%!${verb}(${typeName(value)}=${formatOne({ flags, width: 0, precision: -1, verb: 'v' }, value)})`
}

function isBasic(value: GoValue): boolean {
  return typeof value !== 'object' || value === null
}

/** Undefined: the verb does not fit the type. */
function formatBasic(directive: Directive, value: GoValue): string | undefined {
  if (typeof value === 'string') return formatText(directive, value)
  if (typeof value === 'number') return formatReal(directive, value)
  if (typeof value === 'bigint') return formatInteger(directive, value)
  if (typeof value === 'boolean') return 'tv'.includes(directive.verb) ? pad(directive, String(value)) : undefined
  if (value instanceof Time || value instanceof Duration) {
    return 'sv'.includes(directive.verb) ? pad(directive, String(value)) : undefined
  }
  return undefined
}

function formatText(directive: Directive, value: string): string | undefined {
  const { verb, flags, precision } = directive
  const cut = precision >= 0 ? [...value].slice(0, precision).join('') : value
  switch (verb) {
    case 's':
    case 'v':
      return pad(directive, cut)
    case 'q':
      return pad(
        directive,
        flags.includes('#') && !cut.includes('`') ? `\`${cut}\`` : quoteGo(cut, flags.includes('+')),
      )
    case 'x':
    case 'X': {
      const bytes = [...Buffer.from(value)].map((byte) => byte.toString(16).padStart(2, '0'))
      const hex = bytes.join(flags.includes(' ') ? ' ' : '')
      return pad(directive, verb === 'X' ? hex.toUpperCase() : hex)
    }
  }
  return undefined
}

function formatReal(directive: Directive, value: number): string | undefined {
  const { verb, precision } = directive
  const kind = verb === 'v' ? 'g' : verb.toLowerCase()
  if (kind !== 'e' && kind !== 'f' && kind !== 'g') return undefined
  const places = precision < 0 && kind !== 'g' ? 6 : precision
  const text = formatFloat(value, kind, places)
  const shown = verb === 'E' || verb === 'G' ? text.replace('e', 'E') : text
  return padNumber(
    Number.isFinite(value) ? directive : { ...directive, flags: directive.flags.replaceAll('0', '') },
    shown,
  )
}

const BASES: Record<string, number> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 }
const PREFIXES: Record<string, string> = { b: '0b', o: '0', x: '0x', X: '0X' }

function formatInteger(directive: Directive, value: bigint): string | undefined {
  const { verb, flags, precision } = directive
  const character = () => String.fromCodePoint(Number(BigInt.asUintN(21, value)))
  if (verb === 'c') return pad(directive, character())
  if (verb === 'q') return pad(directive, `'${quoteGo(character(), flags.includes('+')).slice(1, -1)}'`)
  if (verb === 'U') return pad(directive, `U+${value.toString(16).toUpperCase().padStart(4, '0')}`)
  const base = BASES[verb]
  if (!base) return undefined
  const digits = (value < 0n ? -value : value).toString(base).padStart(Math.max(0, precision), '0')
  const prefix = verb === 'O' ? '0o' : flags.includes('#') ? (PREFIXES[verb] ?? '') : ''
  const text = `${value < 0n ? '-' : ''}${prefix}${verb === 'X' ? digits.toUpperCase() : digits}`
  return padNumber(precision >= 0 ? { ...directive, flags: flags.replaceAll('0', '') } : directive, text)
}

function padNumber(directive: Directive, text: string): string {
  const { flags, width } = directive
  const isSigned = /^[+-]/.test(text)
  const sign = isSigned ? text[0] : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const digits = isSigned ? text.slice(1) : text
  const zeros = flags.includes('0') && !flags.includes('-')
  return pad(directive, `${sign}${zeros ? digits.padStart(width - (sign ?? '').length, '0') : digits}`)
}

function pad({ flags, width }: Directive, text: string): string {
  const missing = ' '.repeat(Math.max(0, width - [...text].length))
  return flags.includes('-') ? text + missing : missing + text
}
