import { RE2JS } from 're2js'
import type { Matcher } from './expression.ts'

export type MatchesValue = (value: string) => boolean

/** RE2 takes time in proportion to pattern × text, so the pattern's length is bounded too. */
const MAX_PATTERN_LENGTH = 10_000
/** Results kept per pattern: label values repeat from evaluation to evaluation. */
const MAX_REMEMBERED = 10_000
const NEEDS_ENGINE = /[\\^$.*+?()[\]{}|]/

const compiled = new Map<string, MatchesValue>()

/**
 * The test a matcher makes of a label's value; an absent label has the value "". Regular expressions are RE2, anchored
 * at both ends, and `.` matches line ends too, as in Prometheus 3. Throws when the pattern is none.
 */
export function compileMatcher({ op, value }: Matcher): MatchesValue {
  switch (op) {
    case '=':
      return (text) => text === value
    case '!=':
      return (text) => text !== value
    case '=~':
      return compilePattern(value)
    case '!~': {
      const matches = compilePattern(value)
      return (text) => !matches(text)
    }
  }
}

function compilePattern(pattern: string): MatchesValue {
  const known = compiled.get(pattern)
  if (known) return known
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new Error(`the regular expression has ${pattern.length} characters; at most ${MAX_PATTERN_LENGTH} are taken`)
  }
  const matches = shortcut(pattern) ?? remembering(compileRe2(pattern))
  if (compiled.size >= MAX_REMEMBERED) compiled.clear()
  compiled.set(pattern, matches)
  return matches
}

/** The usual patterns (`a|b|c`, `prefix.*`, `.+`) need no engine. */
function shortcut(pattern: string): MatchesValue | undefined {
  if (pattern === '.*') return () => true
  if (pattern === '.+') return (text) => text !== ''
  const alternatives = pattern.split('|')
  if (alternatives.every((part) => !NEEDS_ENGINE.test(part))) {
    const set = new Set(alternatives)
    return (text) => set.has(text)
  }
  const prefix = pattern.slice(0, -2)
  if (pattern.endsWith('.*') && !NEEDS_ENGINE.test(prefix)) return (text) => text.startsWith(prefix)
  return undefined
}

/** Compiles an RE2 pattern anchored at both ends, `.` matching line ends: as Prometheus does everywhere. */
export function compileRe2(pattern: string): RE2JS {
  // Alone first, so that a stray parenthesis cannot close the group around it.
  try {
    RE2JS.compile(pattern)
  } catch (error) {
    // The engine says it twice.
    const [reason] = (error as Error).message.replace(/^error parsing regexp: /, '').split(' error parsing regexp: ')
    throw new Error(reason ?? 'it is none', { cause: error })
  }
  return RE2JS.compile(`^(?s:${pattern})$`)
}

function remembering(engine: RE2JS): MatchesValue {
  const results = new Map<string, boolean>()
  return (text) => {
    const known = results.get(text)
    if (known !== undefined) return known
    if (results.size >= MAX_REMEMBERED) results.clear()
    const result = engine.matcher(text).find()
    results.set(text, result)
    return result
  }
}
