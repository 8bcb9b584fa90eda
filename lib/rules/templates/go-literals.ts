import { TemplateSyntaxError, type Token } from './lex.ts'

const NAMED: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/gs

/** The text a Go string or character literal stands for (strconv.Unquote). */
export function unquoteGo(token: Token): string {
  const inner = token.text.slice(1, -1)
  if (token.type === 'raw') return inner.replaceAll('\r', '')
  const quote = token.text[0]
  return inner.replace(ESCAPE, (_, byte, short, long, octal, letter) => {
    if (letter !== undefined) {
      const plain = NAMED[letter]
      if (plain !== undefined && (letter !== "'" || quote === "'") && (letter !== '"' || quote === '"')) return plain
      throw new TemplateSyntaxError(token.offset, 'invalid syntax')
    }
    const point = octal ? Number.parseInt(octal, 8) : Number.parseInt(byte ?? short ?? long, 16)
    if (point > 0x10ffff) throw new TemplateSyntaxError(token.offset, 'invalid syntax')
    return String.fromCodePoint(point)
  })
}

/** A Go number: a bigint for int, a number for float64; a character is its code point. */
export function parseNumber(token: Token): number | bigint {
  const bad = () => new TemplateSyntaxError(token.offset, `illegal number syntax: "${token.text}"`)
  if (token.type === 'character') {
    const characters = [...unquoteGo(token)]
    const [only] = characters
    if (only === undefined || characters.length > 1) {
      throw new TemplateSyntaxError(token.offset, `malformed character constant: ${token.text}`)
    }
    return BigInt(only.codePointAt(0) ?? 0)
  }
  if (token.text.endsWith('i')) throw new TemplateSyntaxError(token.offset, 'complex numbers are not supported')
  const text = token.text.replaceAll('_', '')
  const [, sign, digits = ''] = /^([+-]?)(.*)$/.exec(text) ?? []
  const isHex = /^0x/i.test(digits)
  if (isHex ? /[.p]/i.test(digits) : /[.e]/i.test(digits)) {
    const value = isHex ? parseHexFloat(digits) : Number(text)
    if (Number.isNaN(value)) throw bad()
    return isHex && sign === '-' ? -value : value
  }
  try {
    const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits)
    return sign === '-' ? -value : value
  } catch {
    throw bad()
  }
}

function parseHexFloat(digits: string): number {
  const match = /^0x([\da-f]*)(?:\.([\da-f]*))?p([+-]?\d+)$/i.exec(digits)
  if (!match) return Number.NaN
  const [, whole = '', part = '', exponent] = match
  if (!whole && !part) return Number.NaN
  return Number(BigInt(`0x${whole}${part}`)) * 2 ** (Number(exponent) - 4 * part.length)
}

const ESCAPED: Record<string, string> = Object.fromEntries(
  Object.entries(NAMED)
    .filter(([letter]) => letter !== "'")
    .map(([letter, character]) => [character, `\\${letter}`]),
)

/** The text in double quotes as Go writes it (strconv.Quote); `ascii` escapes everything beyond ASCII. */
export function quoteGo(text: string, ascii = false): string {
  const inner = [...text].map((character) => {
    const named = ESCAPED[character]
    if (named) return named
    const point = character.codePointAt(0) ?? 0
    if (character === ' ' || !(/[\p{C}\p{Z}]/u.test(character) || (ascii && point > 0x7e))) return character
    if (point < 0x80) return `\\x${point.toString(16).padStart(2, '0')}`
    return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : `\\u${point.toString(16).padStart(4, '0')}`
  })
  return `"${inner.join('')}"`
}
