import { RE2JS } from 're2js'
import type { Matcher } from '../model/alerting.ts'
import type { Labels } from '../model/sample.ts'
import { quote, unquote } from './quote.ts'

const CLASSIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const OPERATOR = /^(=~|!~|!=|=)/
/** Bare words of the UTF-8 syntax end at these (Alertmanager documentation, "Label matchers"). */
const BARE = /^[^\s{}!=~,\\"'`]+/

export type ParsedMatchers = { ok: true; matchers: Matcher[] } | { ok: false; message: string }

/**
 * Matchers of one string: `severity="critical"`, `team=~"a|b", env!=dev`, `{"my label"="x"}`. Alertmanager reads both its
 * classic and its UTF-8 syntax and keeps the classic reading where there is one; so does this. Only a string without
 * any matcher is refused here, since it would match everything.
 */
export function parseMatchers(text: string): ParsedMatchers {
  const classic = parseClassic(text)
  return classic.ok ? classic : parseUtf8(text)
}

/** Why RE2 refuses a pattern, or undefined when it takes it. */
export function patternFault(pattern: string): string | undefined {
  try {
    RE2JS.compile(anchored(pattern))
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const compiled = new Map<string, RE2JS>()

/** Whether every matcher holds; a label that is missing counts as empty. */
export function matchesAll(matchers: Matcher[], labels: Labels): boolean {
  return matchers.every(({ name, operator, value }) => {
    const actual = (Object.hasOwn(labels, name) ? labels[name] : undefined) ?? ''
    if (operator === '=') return actual === value
    if (operator === '!=') return actual !== value
    return patternMatches(value, actual) === (operator === '=~')
  })
}

/** `{a="b",c=~"d"}` with the matchers sorted, which is the form in a groupKey. */
export function formatMatchers(matchers: Matcher[]): string {
  const sorted = matchers.toSorted(
    (a, b) => compare(a.name, b.name) || compare(a.value, b.value) || compare(a.operator, b.operator),
  )
  return `{${sorted.map(formatMatcher).join(',')}}`
}

function formatMatcher({ name, operator, value }: Matcher): string {
  return `${/[\s{}!=~,\\"'`]/.test(name) ? quote(name) : name}${operator}${quote(value)}`
}

function patternMatches(pattern: string, text: string): boolean {
  const known = compiled.get(pattern)
  const regex = known ?? RE2JS.compile(anchored(pattern))
  if (!known) compiled.set(pattern, regex)
  return regex.matcher(text).find()
}

function anchored(pattern: string): string {
  return `^(?:${pattern})$`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function parseUtf8(text: string): ParsedMatchers {
  const matchers: Matcher[] = []
  let rest = text.trim()
  const braced = rest.startsWith('{')
  if (braced) {
    if (!rest.endsWith('}')) return fault(text, 'the opening { has no closing }')
    rest = rest.slice(1, -1).trim()
  }
  while (rest !== '') {
    const name = takeWord(rest)
    if (!name) return fault(text, `expected a label name at ${quote(rest)}`)
    const operator = OPERATOR.exec(name.rest)?.[0] as Matcher['operator'] | undefined
    if (!operator) return fault(text, `expected =, !=, =~ or !~ after ${quote(name.word)}`)
    const value = takeWord(name.rest.slice(operator.length).trimStart())
    if (!value) return fault(text, `expected a value after ${name.word}${operator}`)
    matchers.push({ name: name.word, operator, value: value.word })
    if (value.rest !== '' && !value.rest.startsWith(',')) return fault(text, `expected a comma at ${quote(value.rest)}`)
    rest = value.rest.slice(1).trimStart()
  }
  if (matchers.length === 0 && !braced) return fault(text, 'there is no matcher in it')
  return checked(text, matchers)
}

function takeWord(text: string): { word: string; rest: string } | undefined {
  const quoted = /^"((?:[^"\\\n]|\\.)*)"/s.exec(text)
  if (quoted) {
    const word = unquote(quoted[1] ?? '')
    return word === undefined ? undefined : { word, rest: text.slice(quoted[0].length).trimStart() }
  }
  const bare = BARE.exec(text)?.[0]
  return bare === undefined ? undefined : { word: bare, rest: text.slice(bare.length).trimStart() }
}

function parseClassic(text: string): ParsedMatchers {
  const inner = text.replace(/^\{/, '').replace(/\}$/, '')
  const matchers: Matcher[] = []
  for (const part of splitOutsideQuotes(inner)) {
    const found = /^\s*([^\s=!~]+)\s*(=~|!~|!=|=)\s*(.*?)\s*$/s.exec(part)
    const [, name = '', operator, raw = ''] = found ?? []
    if (!operator || !CLASSIC_NAME.test(name)) return fault(text, `expected name="value" at ${quote(part.trim())}`)
    const value = classicValue(raw)
    if (value === undefined) return fault(text, `the value of ${name} has an unescaped or missing double quote`)
    matchers.push({ name, operator: operator as Matcher['operator'], value })
  }
  if (matchers.length === 0) return fault(text, 'there is no matcher in it')
  return checked(text, matchers)
}

/** Only `\"`, `\\` and `\n` are escapes here; any other backslash stands for itself. */
function classicValue(raw: string): string | undefined {
  const quoted = raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"')
  const inner = quoted ? raw.slice(1, -1) : raw
  if (/(^|[^\\])(\\\\)*"/.test(inner)) return undefined
  return inner.replaceAll(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}

/** Parts between commas; only after the last comma there may be nothing. */
function splitOutsideQuotes(text: string): string[] {
  const parts = ['']
  let [quoted, escaped] = [false, false]
  for (const character of text) {
    if (character === ',' && !quoted) {
      parts.push('')
      continue
    }
    if (character === '"' && !escaped) quoted = !quoted
    escaped = character === '\\' && !escaped
    parts[parts.length - 1] += character
  }
  return parts.at(-1)?.trim() === '' ? parts.slice(0, -1) : parts
}

function checked(text: string, matchers: Matcher[]): ParsedMatchers {
  for (const { operator, value } of matchers) {
    const problem = operator.includes('~') ? patternFault(value) : undefined
    if (problem) return fault(text, problem)
  }
  return { ok: true, matchers }
}

function fault(text: string, message: string): ParsedMatchers {
  return { ok: false, message: `the matcher ${quote(text)} cannot be read: ${message}` }
}
