import { expect, test } from 'vitest'
import type { CanarySettings, Expectation } from '../../../../lib/model/probe-settings.ts'
import { checkExpectation, expressionFault } from '../../../../lib/probe/canary/check-expectation.ts'
import { type CallOutcome, judgeCanary, refuseCall } from '../../../../lib/probe/canary/judge-canary.ts'

const CANARY: CanarySettings = {
  name: 'search',
  tool: 'search',
  arguments: {},
  everyMs: 300_000,
  timeoutMs: 10_000,
  expect: [],
  allowSideEffects: false,
}
const RESULT = {
  content: [
    { type: 'text', text: 'three results' },
    { type: 'image', data: 'x' },
    { type: 'text', text: 'secret: 42' },
  ],
  structuredContent: {
    hits: [
      { id: 'a', rank: 1 },
      { id: 'b', rank: 2 },
    ],
    total: 2,
    done: true,
    next: null,
  },
}

test.for<{ expectation: Expectation; wrong: string | undefined }>([
  { expectation: { text_contains: 'three' }, wrong: undefined },
  { expectation: { text_contains: 'results\nsecret' }, wrong: undefined },
  { expectation: { text_contains: 'four' }, wrong: 'its text does not contain "four"' },
  { expectation: { text_matches: '^three \\w+' }, wrong: undefined },
  { expectation: { text_matches: '^results' }, wrong: 'its text does not match /^results/' },
  { expectation: { jsonpath: '$.structuredContent.total', equals: 2 }, wrong: undefined },
  {
    expectation: { jsonpath: '$.structuredContent.total', equals: '2' },
    wrong: 'it has another number at $.structuredContent.total instead of "2"',
  },
  { expectation: { jsonpath: '$.structuredContent.hits[0]', equals: { rank: 1, id: 'a' } }, wrong: undefined },
  { expectation: { jsonpath: '$.structuredContent.next', equals: null }, wrong: undefined },
  {
    expectation: { jsonpath: '$.structuredContent.done', equals: false },
    wrong: 'it has true at $.structuredContent.done instead of false',
  },
  {
    expectation: { jsonpath: '$.content[2].text', equals: 'x' },
    wrong: 'it has another text (10 characters) at $.content[2].text instead of "x"',
  },
  { expectation: { jsonpath: '$..id', matches: '^[ab]$' }, wrong: undefined },
  {
    expectation: { jsonpath: '$..id', matches: '^a$' },
    wrong: 'it has another text (1 characters) at $..id instead of a match of /^a$/',
  },
  { expectation: { jsonpath: '$.gone', matches: '.' }, wrong: 'it has nothing at $.gone' },
  { expectation: { jsonpath: '$.structuredContent.hits[?@.rank > 1].id', equals: 'b' }, wrong: undefined },
  { expectation: { jsonpath: '$.gone', exists: false }, wrong: undefined },
  { expectation: { jsonpath: '$.structuredContent', exists: true }, wrong: undefined },
  { expectation: { jsonpath: '$.structuredContent', exists: false }, wrong: 'it has something at $.structuredContent' },
  { expectation: { jsonpath: '$.gone', exists: true }, wrong: 'it has nothing at $.gone' },
])('$expectation', ({ expectation, wrong }) => {
  expect(checkExpectation(expectation, RESULT)).toBe(wrong)
})

test.for([null, 'text', { content: 'none' }, { content: [null, 3] }])('a result of no known form: %o', (result) => {
  expect(checkExpectation({ text_contains: 'x' }, result)).toBe('its text does not contain "x"')
  expect(checkExpectation({ jsonpath: '$.a', exists: false }, result)).toBeUndefined()
})

test.for<[Expectation, RegExp | undefined]>([
  [{ jsonpath: '$.a[', exists: true }, /^this JSONPath cannot be read: /],
  [{ jsonpath: '$.a[?match(@, "(a+)+")]', exists: true }, /^this JSONPath cannot be read: /],
  [{ jsonpath: '$.a[?length(@) > 1]', exists: true }, undefined],
  [{ text_matches: '(' }, /RE2 syntax/],
  [{ text_matches: '(?=a)' }, /RE2 syntax/],
  [{ jsonpath: '$.a', matches: '[' }, /RE2 syntax/],
])('an expression is checked when the configuration is loaded: %o', ([expectation, expected]) => {
  const fault = expressionFault(expectation)
  if (expected) expect(fault).toMatch(expected)
  else expect(fault).toBeUndefined()
})

test('a result nested without end is a failed check, not a fault of the prober', () => {
  const deep: unknown = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`)
  const wrong = 'it is nested too deeply to check'
  expect(checkExpectation({ jsonpath: '$..b', exists: true }, deep)).toBe(wrong)
  expect(checkExpectation({ jsonpath: '$.a', equals: deep as never }, deep)).toBe(wrong)
})

test('a regular expression that would take for ever elsewhere is quick', () => {
  const startedAt = performance.now()
  checkExpectation({ text_matches: '^(a+)+$' }, { content: [{ text: `${'a'.repeat(50_000)}!` }] })
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})

const done = (result: unknown, durationMs = 100): CallOutcome => ({ ok: true, result, durationMs })
test.for<{ name: string; canary?: Partial<CanarySettings>; call: CallOutcome; expected: string }>([
  { name: 'passed', call: done(RESULT), expected: 'passed ok: The canary "search" passed.' },
  {
    name: 'isError',
    call: done({ ...RESULT, isError: true }),
    expected: 'failed tool_error: The canary "search" failed: the tool "search" reports an error (isError).',
  },
  {
    name: 'wants more input',
    call: done({ resultType: 'input_required' }),
    expected:
      'failed incomplete: The canary "search" failed: the tool "search" wants more from its caller (input_required).',
  },
  {
    name: 'a modern result',
    call: done({ ...RESULT, resultType: 'complete' }),
    expected: 'passed ok: The canary "search" passed.',
  },
  {
    name: 'a fault of the session',
    call: { ok: false, reason: 'timeout', message: 'No answer within 10 s.', durationMs: 10_000 },
    expected: 'failed timeout: The canary "search" failed: No answer within 10 s.',
  },
  {
    name: 'not as expected',
    canary: { expect: [{ text_contains: 'three' }, { text_contains: 'four' }] },
    call: done(RESULT),
    expected:
      'failed unexpected: The canary "search" failed: the answer is not as expected: its text does not contain "four".',
  },
  {
    name: 'just quick enough',
    canary: { latencyBelowMs: 101 },
    call: done(RESULT),
    expected: 'passed ok: The canary "search" passed.',
  },
  {
    name: 'just too slow',
    canary: { latencyBelowMs: 100 },
    call: done(RESULT),
    expected: 'failed slow: The canary "search" failed: it took 100 ms, expected less than 100 ms.',
  },
])('$name', ({ canary, call, expected }) => {
  const { outcome, reason, message } = judgeCanary({ ...CANARY, ...canary }, call)
  expect(`${outcome} ${reason}: ${message}`).toBe(expected)
  expect(message).not.toContain('42')
})

test.for([
  {
    name: 'read-only',
    tools: [{ name: 'search', annotations: { readOnlyHint: true } }],
    allowSideEffects: false,
    reason: undefined,
  },
  { name: 'no hint', tools: [{ name: 'search' }], allowSideEffects: false, reason: 'not_read_only' },
  {
    name: 'hint says no',
    tools: [{ name: 'search', annotations: { readOnlyHint: false } }],
    allowSideEffects: false,
    reason: 'not_read_only',
  },
  { name: 'allowed', tools: [{ name: 'search' }], allowSideEffects: true, reason: undefined },
  { name: 'not listed, though allowed', tools: [{ name: 'other' }], allowSideEffects: true, reason: 'unknown_tool' },
])('may it be called: $name', ({ tools, allowSideEffects, reason }) => {
  expect(refuseCall({ ...CANARY, allowSideEffects }, tools)?.reason).toBe(reason)
})
