import { expect, test } from 'vitest'
import type { Expression } from '../../../../lib/rules/promql/expression.ts'
import { parseExpression } from '../../../../lib/rules/promql/parse.ts'

/** The expression with parentheses around every operation, to see what binds to what. */
function show(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value)
    case 'string':
      return JSON.stringify(expression.value)
    case 'selector':
    case 'range': {
      const at = expression.at === undefined ? '' : ` @${expression.at}`
      const offset = expression.offsetMs ? ` offset ${expression.offsetMs}` : ''
      const range = expression.kind === 'range' ? `[${expression.rangeMs}]` : ''
      return `{${expression.matchers.map(({ name, op, value }) => name + op + value).join()}}${range}${at}${offset}`
    }
    case 'subquery':
      return `${show(expression.expression)}[${expression.rangeMs}:${expression.stepMs ?? ''}]`
    case 'unary':
      return `${expression.op}(${show(expression.expression)})`
    case 'binary': {
      const { on, labels, group, include } = expression.matching
      const matching = expression.explicitMatching
        ? ` ${on ? 'on' : 'ignoring'}(${labels}) ${group ?? ''}(${include})`
        : ''
      return `(${show(expression.left)} ${expression.op}${expression.bool ? ' bool' : ''}${matching} ${show(expression.right)})`
    }
    case 'aggregate':
      return `${expression.op} ${expression.without ? 'without' : 'by'}(${expression.labels}) (${expression.parameter ? `${show(expression.parameter)}, ` : ''}${show(expression.expression)})`
    case 'call':
      return `${expression.name}(${expression.args.map(show).join(', ')})`
  }
}

const read = (text: string) => {
  const parsed = parseExpression(text)
  return 'expression' in parsed ? show(parsed.expression) : parsed.problems
}

test.for([
  ['1 + 2 * 3 ^ 2 ^ 2', '(1 + (2 * (3 ^ (2 ^ 2))))'],
  ['-2 ^ 2', '-((2 ^ 2))'],
  ['2 ^ -1 * 3', '((2 ^ -1) * 3)'],
  ['- 1', '-1'],
  ['-(1)', '-1'],
  ['--1', '1'],
  ['+1 - -1', '(1 - -1)'],
  ['1 - 2 - 3', '((1 - 2) - 3)'],
  ['1 == bool 2 != bool 3', '((1 == bool 2) != bool 3)'],
  ['a or b and c unless d', '({__name__=a} or (({__name__=b} and {__name__=c}) unless {__name__=d}))'],
  ['a > b + c % 2 atan2 d', '({__name__=a} > ({__name__=b} + (({__name__=c} % 2) atan2 {__name__=d})))'],
  ['a + b offset 5m * c', '({__name__=a} + ({__name__=b} offset 300000 * {__name__=c}))'],
  ['a == b @ 5.5 offset -1m', '({__name__=a} == {__name__=b} @5500 offset -60000)'],
  ['-a offset 1m', '-({__name__=a} offset 60000)'],
  ['a @ start() > a @ end()', '({__name__=a} @start > {__name__=a} @end)'],
  ['x[1h30m] offset 1', null],
  ['rate(x[1h30m] offset 1)', 'rate({__name__=x}[5400000] offset 1000)'],
  ['rate(x{a="1", b!="2", c=~"3", d!~"4",}[0.5])', 'rate({a=1,b!=2,c=~3,d!~4,__name__=x}[500])'],
  ['{"my.metric", "la bel"="ü"}', '{la bel=ü,__name__=my.metric}'],
  ["x{a='it\\'s', b=`\\n`, c=\"\\x41\\101\\u00e9\\U0001F600\\t\"}", "{a=it's,b=\\n,c=AAé😀\t,__name__=x}"],
  ['sum by (a, "b c") (x)', 'sum by(a,b c) ({__name__=x})'],
  ['SUM(x) WITHOUT (a,)', 'sum without(a) ({__name__=x})'],
  ['topk(3, x)', 'topk by() (3, {__name__=x})'],
  ['count_values("v", x)', 'count_values by() ("v", {__name__=x})'],
  ['a * on (x, y) group_left (z) b', '({__name__=a} * on(x,y) left(z) {__name__=b})'],
  ['a / ignoring () group_right b', '({__name__=a} / ignoring() right() {__name__=b})'],
  ['max_over_time(rate(x[5m])[1h:])', 'max_over_time(rate({__name__=x}[300000])[3600000:])'],
  ['(a + b)[5m:1m]', '({__name__=a} + {__name__=b})[300000:60000]'],
  ['1h30m', '5400'],
  ['0x1F + 010 + 1_000', '((31 + 8) + 1000)'],
  ['.5e1 + Inf + NaN', '((5 + Infinity) + NaN)'],
  ['# first\nx # then\n+ y', '({__name__=x} + {__name__=y})'],
  ['label_replace(x, "a", "$1", "b", "(.*)")', 'label_replace({__name__=x}, "a", "$1", "b", "(.*)")'],
  ['day_of_week()', 'day_of_week()'],
  ['(((x)))', '{__name__=x}'],
] as const)('%s reads as %s', ([text, expected]) => {
  expect(read(text)).toEqual(expected ?? '{__name__=x}[5400000] offset 1000')
})

test.for([
  ['', 0, 'the expression is empty'],
  ['  # nothing', 0, 'the expression is empty'],
  ['x >', 3, 'the expression ends too early; expected an expression on both sides of the operator'],
  ['foo bar', 4, 'unexpected "bar"'],
  ['rte(x[5m])', 0, 'unknown function "rte"; did you mean "rate"?'],
  ['1 + nosuchthing(x)', 4, 'unknown function "nosuchthing"'],
  ['sum by a (x)', 7, 'unexpected "a"; expected label names in parentheses, such as (job, instance)'],
  ['x{a=b}', 4, 'unexpected "b"; expected a matcher such as job="api"; the value stands in quotes'],
  ['rate(x[5m)', 9, 'unexpected ")"; expected "]" after the duration of the range, such as [5m]'],
  ['rate(x)', 5, 'expected type range vector in call to function "rate", got instant vector; add a range such as [5m]'],
  ['abs(x[5m])', 4, 'expected type instant vector in call to function "abs", got range vector'],
  ['rate(x[5m], 1)', 0, 'expected 1 argument(s) in call to "rate", got 2'],
  ['round()', 0, 'expected at least 1 argument(s) in call to "round", got 0'],
  ['round(x, 1, 2)', 0, 'expected at most 2 argument(s) in call to "round", got 3'],
  ['label_join(x, "a")', 0, 'expected at least 3 argument(s) in call to "label_join", got 2'],
  ['label_join(x, "a", "b", 3)', 24, 'expected type string in call to function "label_join", got scalar'],
  ['sum()', 0, 'no arguments for aggregate expression provided'],
  ['sum(x, y)', 0, 'wrong number of arguments for aggregate expression provided, expected 1, got 2'],
  ['sum(1)', 4, 'expected type instant vector in aggregation expression, got scalar'],
  ['topk("a", x)', 5, 'expected type scalar in aggregation parameter, got string'],
  ['1 > 2', 2, 'comparisons between scalars must use BOOL modifier: write it after the operator'],
  ['x + bool y', 2, 'bool modifier can only be used on comparison operators'],
  ['x and 1', 2, 'set operator "and" not allowed in binary scalar expression'],
  ['x and on (a) group_left y', 2, 'no grouping allowed for "and" operation'],
  ['x * on (a) group_left (a) y', 2, 'label "a" must not occur in ON and GROUP clause at once'],
  ['1 + on (a) x', 0, 'vector matching only allowed between instant vectors'],
  ['"a" + 1', 0, 'binary expression must contain only scalar and instant vector types, got string'],
  ['a + b[5m:1m]', 4, 'binary expression must contain only scalar and instant vector types, got range vector'],
  ['-x[5m]', 0, 'unary expression only allowed on expressions of type scalar or instant vector, got "range vector"'],
  ['{}', 0, 'vector selector must contain at least one non-empty matcher'],
  ['{a=~".*"}', 0, 'vector selector must contain at least one non-empty matcher'],
  ['x{"y"}', 0, 'metric name must not be set twice: "x" or "y"'],
  ['x{__name__="y"}', 0, 'metric name must not be set twice: "x" or "y"'],
  ['x offset 1m offset 2m', 12, 'offset may not be set multiple times'],
  ['x @ 1 @ 2', 6, '@ <timestamp> may not be set multiple times'],
  [
    'sum(x) offset 1m',
    7,
    'offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
  ],
  ['(x) @ 1', 4, '@ modifier must be preceded by an instant vector selector or range vector selector or a subquery'],
  ['x @ Inf', 4, 'timestamp out of bounds for @ modifier'],
  ['rate(x offset 1m [5m])', 5, 'no offset modifiers allowed before range'],
  ['rate(x @ 1 [5m])', 5, 'no @ modifiers allowed before range'],
  [
    'rate(sum(x)[5m])',
    5,
    'ranges only allowed for vector selectors; a range over an expression is a subquery such as (…)[5m:1m]',
  ],
  ['rate(x[0s])', 7, 'duration must be greater than 0'],
  ['rate(x[-5m])', 7, 'duration must be greater than 0'],
  ['rate(x[5m:0s])', 10, 'duration must be greater than 0'],
  ['rate(x[300y])', 7, '"300y": duration out of range'],
  ['x[5m][5m:1m]', 0, 'subquery is only allowed on instant vector, got range vector instead'],
  ['x{a="\\q"}', 4, 'unknown escape "\\q"; a backslash itself is written \\\\'],
  ['09 + 1', -1, ''],
] as const)('%s is refused', ([text, offset, message]) => {
  const parsed = parseExpression(text)
  if (offset < 0) expect('expression' in parsed).toBe(true)
  else expect(parsed).toEqual({ problems: [{ offset, message }] })
})

test.for([
  ['x{a=~"("}', 5, 'invalid regular expression (RE2): '],
  ['x{a=~"(?=b)"}', 5, 'invalid regular expression (RE2): '],
  ['label_replace(x, "a", "b", "c", "(")', 32, 'invalid regular expression in label_replace() (RE2): '],
  ['limitk(1, x)', 0, '"limitk" is not supported: Prometheus 3 keeps it behind --enable-feature='],
  ['max_of(1, 2)', 0, '"max_of" is not supported: Prometheus 3 keeps it behind --enable-feature='],
  ['histogram_avg(x)', 0, '"histogram_avg" is not supported: it reads native histograms'],
  ['holt_winters(x[5m], 0.1, 0.1)', 0, '"holt_winters" is not supported: Prometheus 3 renamed it'],
  ['1 + start()', 4, '"start" is not supported: '],
  ['rate(x[5m] smoothed)', 11, '"smoothed" is not supported: '],
  ['x + fill(0) y', 4, '"fill" is not supported: '],
  ['rate(x[5m * 2])', 7, 'arithmetic with durations is not supported: '],
  ['x offset step()', 9, 'arithmetic with durations is not supported: '],
  ['x </ y', 2, 'operator "</" is not supported: it trims native histograms'],
] as const)('%s is refused by name', ([text, offset, start]) => {
  const parsed = parseExpression(text)
  const problem = 'problems' in parsed ? parsed.problems[0] : undefined
  expect(problem).toEqual({ offset, message: expect.stringContaining(start) })
  expect(problem?.message.startsWith(start)).toBe(true)
})

test.for([
  ['100 levels of parentheses', `${'('.repeat(100)}x${')'.repeat(100)}`, undefined],
  ['10,000 levels of parentheses', `${'('.repeat(10_000)}x${')'.repeat(10_000)}`, 'nested deeper than 300 levels'],
  ['400 operators', `x${' or x'.repeat(400)}`, undefined],
  ['401 operators', `x${' or x'.repeat(401)}`, 'more than 400 operators'],
  ['10,000 operators', `x${' or x'.repeat(10_000)}`, 'too many operators in a row'],
  ['a megabyte', `x > ${'1'.repeat(1_000_000)}`, 'at most 100000 are taken'],
  ['a huge pattern', `x{a=~"${'(a|b)*'.repeat(5000)}"}`, 'at most 10000 are taken'],
] as const)('%s', ([, text, refused]) => {
  const started = performance.now()
  const parsed = parseExpression(text)
  if (refused) expect('problems' in parsed && parsed.problems[0]?.message).toContain(refused)
  else expect(parsed).toHaveProperty('expression')
  expect(performance.now() - started).toBeLessThan(2000)
})

test.for([
  ['"\\ud7ff\\ue000\\U0010ffff"', true],
  ['"\\ud800"', false],
  ['"\\udfff"', false],
  ['"\\U00110000"', false],
  ['"\\377"', true],
  ['"\\400"', false],
  ['x offset 292y', true],
  ['x offset -292y', true],
  ['x offset 293y', false],
  ['x offset 9223372037', false],
  ['x offset 9223372036', true],
  ['1e309', false],
] as const)('%s is taken: %s', ([text, isTaken]) => {
  expect('expression' in parseExpression(text)).toBe(isTaken)
})
