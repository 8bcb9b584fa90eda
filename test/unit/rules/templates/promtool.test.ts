import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Sample } from '../../../../lib/model/sample.ts'
import { checkTemplate, type ExpandContext, expandTemplate } from '../../../../lib/rules/templates/expand.ts'

/** Recorded by test/oracle/templates.ts from the real promtool. */
const recorded: {
  expanded: { template: string; value: string; text: string }[]
  broken: { template: string; message: string }[]
} = JSON.parse(readFileSync(new URL('promtool.recorded.json', import.meta.url), 'utf8'))

const OTHER: Sample[] = [
  { labels: { __name__: 'other', name: 'b', rank: '1' }, value: 2 },
  { labels: { __name__: 'other', name: 'a', rank: '3' }, value: 1.5 },
  { labels: { __name__: 'other', name: 'c', rank: '2' }, value: 3 },
]

/** The few queries of the cases; the language has its own tests. */
const ANSWERS: Record<string, Sample[]> = {
  other: OTHER,
  'other{name="b"}': OTHER.slice(0, 1),
  none: [],
  'scalar(sum(other))': [{ labels: {}, value: 6.5 }],
  '1 + 1': [{ labels: {}, value: 2 }],
}

function query(text: string): Sample[] {
  const answer = ANSWERS[text]
  if (!answer) throw new Error('bad query')
  return answer
}

function expandAt(template: string, value: string): string {
  const context: ExpandContext = {
    labels: { __name__: 'm', instance: 'web.example.com:9090', job: 'j-1', path: '/a b' },
    value: Number(value.replace('Inf', 'Infinity')),
    externalLabels: { env: 'prod' },
    externalUrlText: 'https://prom.example.com/base',
    now: new Date(60_000),
    query,
  }
  try {
    return expandTemplate(template, context)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Failures that we tell in words of our own. */
const OWN_WORDS = /error calling (query|externalURL|pathPrefix|call|reReplaceAll):/

/** The order of samples that a query gives is not promised. */
const UNORDERED = '{{ range query "other" }}{{ .Labels.name }}={{ .Value }};{{ end }}'

describe('expands as promtool does', () => {
  const cases = recorded.expanded.filter(({ template }) => template !== UNORDERED)
  test.for(cases)('$template for $value', ({ template, value, text }) => {
    const got = expandAt(template, value)
    // Go's words for a failure hold positions in a text of its own; the reason at their end is the same.
    if (OWN_WORDS.test(text)) expect(got).toMatch(OWN_WORDS)
    else if (text.startsWith('<error')) expect(text).toContain(got)
    else expect(got).toBe(text)
  })
})

describe('refuses what promtool refuses', () => {
  test.for(recorded.broken)('$template: $message', ({ template }) => {
    expect(checkTemplate(template)).toMatchObject({ offset: expect.any(Number), message: expect.any(String) })
  })
})
