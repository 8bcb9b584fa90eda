import { isDeepStrictEqual } from 'node:util'
import { jsonpath } from 'json-p3'
import { RE2JS } from 're2js'
import type { Expectation } from '../../model/probe-settings.ts'

/** Without `match()` and `search()`: they would run a JavaScript regular expression over what a server sent. */
const ENVIRONMENT = new jsonpath.JSONPathEnvironment()
ENVIRONMENT.functionRegister.delete('match')
ENVIRONMENT.functionRegister.delete('search')

/**
 * Holds one expectation against a `tools/call` result: JSONPath (RFC 9535) from its root, so `$.structuredContent.…` or
 * `$.content[0].text`; text over all text parts joined by line breaks. Returns what is wrong, or undefined. The sentence
 * never quotes the tool's output, which may be confidential.
 */
export function checkExpectation(expectation: Expectation, result: unknown): string | undefined {
  try {
    return evaluate(expectation, result)
  } catch (error) {
    // A result nested so deeply that neither JSONPath nor a comparison gets to its end.
    if (error instanceof jsonpath.JSONPathError || error instanceof RangeError)
      return 'it is nested too deeply to check'
    throw error
  }
}

function evaluate(expectation: Expectation, result: unknown): string | undefined {
  if ('text_contains' in expectation) {
    const found = textOf(result).includes(expectation.text_contains)
    return found ? undefined : `its text does not contain "${expectation.text_contains}"`
  }
  if ('text_matches' in expectation) {
    const found = RE2JS.compile(expectation.text_matches).matcher(textOf(result)).find()
    return found ? undefined : `its text does not match /${expectation.text_matches}/`
  }
  const { jsonpath: path } = expectation
  const values = ENVIRONMENT.query(path, asJson(result)).values()
  if ('exists' in expectation) {
    if (values.length > 0 === expectation.exists) return undefined
    return expectation.exists ? `it has nothing at ${path}` : `it has something at ${path}`
  }
  if (values.length === 0) return `it has nothing at ${path}`
  const wrong = values.find((value) => !fits(expectation, value))
  if (wrong === undefined) return undefined
  const wanted = 'equals' in expectation ? JSON.stringify(expectation.equals) : `a match of /${expectation.matches}/`
  return `it has ${describe(wrong)} at ${path} instead of ${wanted}`
}

/** What is wrong with the expression itself; undefined when it can be used. For the check of the configuration. */
export function expressionFault(expectation: Expectation): string | undefined {
  try {
    if ('jsonpath' in expectation) ENVIRONMENT.compile(expectation.jsonpath)
  } catch (error) {
    return `this JSONPath cannot be read: ${messageOf(error)}`
  }
  try {
    if ('text_matches' in expectation) RE2JS.compile(expectation.text_matches)
    if ('matches' in expectation) RE2JS.compile(expectation.matches)
  } catch (error) {
    return `this regular expression cannot be read (RE2 syntax): ${messageOf(error)}`
  }
  return undefined
}

function fits(expectation: Extract<Expectation, { jsonpath: string }>, value: unknown): boolean {
  if ('equals' in expectation) return isDeepStrictEqual(value, expectation.equals)
  return 'matches' in expectation && RE2JS.compile(expectation.matches).matcher(String(value)).find()
}

type Json = Parameters<typeof ENVIRONMENT.query>[1]

/** The result came out of JSON.parse, so this is what it is. */
function asJson(result: unknown): Json {
  return result as Json
}

function textOf(result: unknown): string {
  const content = (result as { content?: unknown } | null)?.content
  if (!Array.isArray(content)) return ''
  return content.flatMap((part: { text?: unknown }) => (typeof part?.text === 'string' ? part.text : [])).join('\n')
}

function describe(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return `another text (${value.length} characters)`
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'number' ? 'another number' : 'an object'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
