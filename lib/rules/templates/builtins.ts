import { formatValue, GoMap, type GoValue, isTrue, typeName } from './go-value.ts'
import { sprintf } from './sprintf.ts'

/** What a parameter takes. `vector` and `sample` are what `query` gives. */
export type Parameter = 'any' | 'string' | 'vector' | 'sample'

/** A function that templates can call. `rest`: any number of further arguments. Throws an Error when it fails. */
export interface TemplateFunction {
  parameters: readonly Parameter[]
  rest?: Parameter
  call: (...values: GoValue[]) => GoValue
}

const pair = (call: (a: GoValue, b: GoValue) => GoValue): TemplateFunction => ({ parameters: ['any', 'any'], call })
const texts = (call: (text: string) => string): TemplateFunction => ({
  parameters: [],
  rest: 'any',
  call: (...values) => call(print(values)),
})

/** Functions of Go's text/template. `and` and `or` stop early, so the executor does them itself. */
export const BUILTINS: Readonly<Record<string, TemplateFunction>> = {
  and: { parameters: ['any'], rest: 'any', call: (value) => value },
  or: { parameters: ['any'], rest: 'any', call: (value) => value },
  not: { parameters: ['any'], call: (value) => !isTrue(value) },
  eq: { parameters: ['any'], rest: 'any', call: (first, ...others) => equalsAny(first, others) },
  ne: pair((a, b) => !equalsAny(a, [b])),
  lt: pair((a, b) => isLess(a, b)),
  le: pair((a, b) => isLess(a, b) || equalsAny(a, [b])),
  gt: pair((a, b) => !(isLess(a, b) || equalsAny(a, [b]))),
  ge: pair((a, b) => !isLess(a, b)),
  len: { parameters: ['any'], call: (value) => BigInt(lengthOf(value)) },
  index: { parameters: ['any'], rest: 'any', call: (value, ...keys) => keys.reduce(indexed, value) },
  slice: { parameters: ['any'], rest: 'any', call: (value, ...bounds) => sliced(value, bounds) },
  print: texts((text) => text),
  println: {
    parameters: [],
    rest: 'any',
    call: (...values) => `${values.map(shown).join(' ')}\n`,
  },
  printf: {
    parameters: ['string'],
    rest: 'any',
    call: (format, ...values) => sprintf(String(format), values),
  },
  html: texts((text) => text.replace(/[&<>"'\0]/g, (character) => HTML_ESCAPES[character] ?? character)),
  js: texts((text) => text.replace(/[\\'"<>&=\p{Cc}]/gu, escapeScript)),
  urlquery: texts(queryEscape),
  call: {
    parameters: ['any'],
    rest: 'any',
    call: (value) => {
      throw new Error(`non-function of type ${typeName(value)}`)
    },
  },
}

const HTML_ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
  '\0': '\uFFFD',
}

const SCRIPT_ESCAPES: Record<string, string> = { '\\': '\\\\', "'": "\\'", '"': '\\"' }

function escapeScript(character: string): string {
  const named = SCRIPT_ESCAPES[character]
  if (named) return named
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

const shown = (value: GoValue) => formatValue(value)

/** fmt.Sprint: a space between two neighbours of which neither is a text. */
function print(values: readonly GoValue[]): string {
  return values
    .map((value, index) => {
      const spaced = index > 0 && typeof value !== 'string' && typeof values[index - 1] !== 'string'
      return (spaced ? ' ' : '') + shown(value)
    })
    .join('')
}

/** Go's url.QueryEscape: a space becomes a plus, everything but letters, digits and `-_.~` percent codes. */
export function queryEscape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

function kindOf(value: GoValue): string {
  const kind = typeof value
  return kind === 'object' || kind === 'undefined' ? 'none' : kind
}

function equalsAny(first: GoValue, others: readonly GoValue[]): boolean {
  if (others.length === 0) throw new Error('missing argument for comparison')
  const isNil = (value: GoValue) => value === null || value === undefined
  return others.some((other) => {
    if (isNil(first) || isNil(other)) return isNil(first) && isNil(other)
    if (kindOf(first) !== kindOf(other)) throw incompatible(first, other)
    if (kindOf(first) === 'none' && (other instanceof GoMap || Array.isArray(other))) {
      throw new Error(`non-comparable type ${shown(other)}: ${typeName(other)}`)
    }
    return first === other
  })
}

function isLess(a: GoValue, b: GoValue): boolean {
  if (kindOf(a) === 'none' || kindOf(b) === 'none') throw new Error('invalid type for comparison')
  if (typeof a === 'number' && typeof b === 'number') return a < b
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0
  if (typeof a === 'boolean' && typeof b === 'boolean') throw new Error('invalid type for comparison')
  throw incompatible(a, b)
}

function incompatible(a: GoValue, b: GoValue): Error {
  return new Error(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
}

function lengthOf(value: GoValue): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (value instanceof GoMap) return value.entries.size
  if (Array.isArray(value)) return value.length
  if (value === null || value === undefined) throw new Error('len of nil pointer')
  throw new Error(`len of type ${typeName(value)}`)
}

function indexed(value: GoValue, key: GoValue): GoValue {
  if (value instanceof GoMap) {
    if (typeof key !== 'string') throw new Error(`value has type ${typeName(key)}; should be string`)
    return value.get(key)
  }
  if (typeof value === 'string') return BigInt(Buffer.from(value)[position(key, Buffer.byteLength(value) - 1)] ?? 0)
  if (Array.isArray(value)) return value[position(key, value.length - 1)]
  if (value === null || value === undefined) throw new Error('index of untyped nil')
  throw new Error(`can't index item of type ${typeName(value)}`)
}

function sliced(value: GoValue, bounds: readonly GoValue[]): GoValue {
  if (bounds.length > 3) throw new Error(`too many slice indexes: ${bounds.length}`)
  if (typeof value !== 'string' && !Array.isArray(value)) {
    throw new Error(`can't slice item of type ${typeName(value)}`)
  }
  if (typeof value === 'string' && bounds.length === 3) throw new Error('cannot 3-index slice a string')
  const length = lengthOf(value)
  const [from = 0, to = length] = bounds.map((bound) => position(bound, length))
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`)
  return typeof value === 'string' ? Buffer.from(value).subarray(from, to).toString() : value.slice(from, to)
}

function position(key: GoValue, last: number): number {
  if (key === null || key === undefined) throw new Error('cannot index slice/array with nil')
  if (typeof key !== 'bigint') throw new Error(`cannot index slice/array with type ${typeName(key)}`)
  if (key < 0n || key > BigInt(last)) throw new Error(`index out of range: ${key}`)
  return Number(key)
}
