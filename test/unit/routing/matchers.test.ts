import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Matcher } from '../../../lib/model/alerting.ts'
import { formatMatchers, matchesAll, parseMatchers } from '../../../lib/routing/matchers.ts'
import { quote } from '../../../lib/routing/quote.ts'

const matcher = (name: string, operator: Matcher['operator'], value: string): Matcher => ({ name, operator, value })

test.for<[string, Matcher[]]>([
  ['severity="critical"', [matcher('severity', '=', 'critical')]],
  ['severity=critical', [matcher('severity', '=', 'critical')]],
  [' severity = critical ', [matcher('severity', '=', 'critical')]],
  ['team=~"a|b"', [matcher('team', '=~', 'a|b')]],
  ['env!=dev', [matcher('env', '!=', 'dev')]],
  ['env!~"dev.*"', [matcher('env', '!~', 'dev.*')]],
  ['{a="b", c="d"}', [matcher('a', '=', 'b'), matcher('c', '=', 'd')]],
  ['a="b",c=d,', [matcher('a', '=', 'b'), matcher('c', '=', 'd')]],
  ['a="x, y"', [matcher('a', '=', 'x, y')]],
  ['a="say \\"hi\\" \\\\ \\n"', [matcher('a', '=', 'say "hi" \\ \n')]],
  ['"my label"="x"', [matcher('my label', '=', 'x')]],
  ['größe=klein', [matcher('größe', '=', 'klein')]],
  ['a=""', [matcher('a', '=', '')]],
  // Classic only: an empty value without quotes, operators inside an unquoted value, unknown escapes.
  ['a=', [matcher('a', '=', '')]],
  ['url=http://x?a=b', [matcher('url', '=', 'http://x?a=b')]],
  ['a=~"\\d+"', [matcher('a', '=~', '\\d+')]],
  ['{}', []],
])('reads %s', ([text, matchers]) => {
  expect(parseMatchers(text)).toEqual({ ok: true, matchers })
})

test.for([
  ['', 'there is no matcher in it'],
  ['severity', 'expected =, !=, =~ or !~ after "severity"'],
  ['="x"', 'expected a label name'],
  ['a="b', 'expected a value after a='],
  ['{"a b"="c"', 'the opening { has no closing }'],
  ['a="b" c="d"', 'expected a comma'],
  ['a=~"("', 'missing closing )'],
  ['a=~"(?=x)"', 'invalid or unsupported Perl syntax'],
])('refuses %s', ([text, reason]) => {
  const parsed = parseMatchers(text ?? '')
  expect(parsed.ok ? 'it was read' : parsed.message).toContain(reason)
})

test.for<[string, Record<string, string>, boolean]>([
  ['a="b"', { a: 'b' }, true],
  ['a="b"', { a: 'c' }, false],
  ['a="b"', {}, false],
  ['a=""', {}, true],
  ['a!=""', {}, false],
  ['a!="b"', {}, true],
  ['a=~"b|c"', { a: 'c' }, true],
  ['a=~"b"', { a: 'abc' }, false],
  ['a=~"b|c"', { a: 'bd' }, false],
  ['a=~".*"', {}, true],
  ['a=~".+"', {}, false],
  ['a!~"b.*"', { a: 'bcd' }, false],
  ['a!~"b.*"', {}, true],
  ['a=~"b.c"', { a: 'b\nc' }, false],
  ['a=b,c=d', { a: 'b', c: 'd' }, true],
  ['a=b,c=d', { a: 'b' }, false],
  ['constructor=""', {}, true],
])('%s against %j: %s', ([text, labels, expected]) => {
  const parsed = parseMatchers(text)
  expect(parsed.ok && matchesAll(parsed.matchers, labels)).toBe(expected)
})

test('prints matchers as in a groupKey: sorted, quoted as Go does', () => {
  const matchers = [
    matcher('severity', '=', 'critical'),
    matcher('a b', '=~', '^(?:x|"y")$'),
    matcher('env', '!=', 'd\n\u0001\u00a0ü'),
  ]
  expect(formatMatchers(matchers)).toBe('{"a b"=~"^(?:x|\\"y\\")$",env!="d\\n\\x01\\u00a0ü",severity="critical"}')
})

test('property: whatever is printed without escapes for what cannot be seen is read again as the same', () => {
  // Those escapes are Go's, which the classic syntax reads as they stand; Alertmanager cannot read them back either.
  const text = fc.string({ unit: 'grapheme' }).filter((some) => !/\\[abfrtvxuU]/.test(quote(some)))
  const any = fc.record({
    name: text.filter((name) => name !== ''),
    operator: fc.constantFrom<Matcher['operator']>('=', '!='),
    value: fc.oneof(text, fc.constantFrom('\\', '"', '\\n', '\n', '😀{}', ',', '}', '{', ' x ')),
  })
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 4 }), (matchers) => {
      const printed = formatMatchers(matchers)
      const read = parseMatchers(printed)
      expect(read.ok && formatMatchers(read.matchers)).toBe(printed)
      expect(read.ok && new Set(read.matchers.map((one) => JSON.stringify(one)))).toEqual(
        new Set(matchers.map((one) => JSON.stringify(one))),
      )
    }),
    { numRuns: 1000 },
  )
})
