import { AGGREGATE_OPS, ARITHMETIC_OPS, COMPARISON_OPS, SET_OPS } from './expression.ts'
import { FUNCTIONS, REFUSED_FUNCTIONS, REFUSED_SYNTAX, type Signature } from './functions.ts'

const code = (text: string) => `\`${text}\``
const list = (texts: Iterable<string>) => [...texts].map(code).join(', ')

/** docs/promql.md: what the language takes and refuses, from the tables the evaluator itself works with. */
export function describeLanguage(): string {
  const functions = [...FUNCTIONS].map(
    ([name, signature]) => `| ${code(written(name, signature))} | ${signature.says} |`,
  )
  const refused = [...REFUSED_FUNCTIONS, ...REFUSED_SYNTAX].map(([name, why]) => `| ${code(name)} | ${why} |`)
  return `# PromQL in fleetwatch

<!-- Written by lib/rules/promql/describe.ts; after a change there: npx vitest run test/unit/rules/promql/describe.test.ts -u -->

Rules are PromQL, with the results of Prometheus 3 (compared with promtool 3.15). What is not evaluated is refused when
the configuration is loaded, with the place in the file; nothing is approximated.

## What is evaluated

- Literals: numbers (${list(['1e3', '0x1F', '1_000', 'Inf', 'NaN'])}), durations (${list(['1h30m', '500ms'])}), strings in three kinds of quotes.
- Selectors with ${list(['=', '!=', '=~', '!~'])}, names and labels in UTF-8 (${code('{"my.metric", "my label"="x"}')}), ranges (${code('[5m]')}, open at the left end),
  ${code('offset')} (also negative), ${code('@')} with a time, ${code('start()')} or ${code('end()')}, subqueries (${code('[1h:5m]')}). An instant selector looks back 5 minutes;
  a series ends at its staleness marker.
- Regular expressions are RE2, anchored, and match in linear time.
- Arithmetic ${list(ARITHMETIC_OPS)}; comparison ${list(COMPARISON_OPS)}, also with ${code('bool')}; sets ${list(SET_OPS)}.
- Matching with ${list(['on', 'ignoring', 'group_left', 'group_right'])}.
- Aggregations ${list(AGGREGATE_OPS)}, each with ${code('by')} or ${code('without')}.

| function | gives |
| --- | --- |
${functions.join('\n')}

## What is refused

| written | why |
| --- | --- |
${refused.join('\n')}

Also refused, to keep one rule from harming the others: expressions of more than 100,000 characters, 300 levels of
nesting or 400 operators in a row; patterns of more than 10,000 characters; at evaluation, joins of more than 200,000
series, subqueries of more than 11,000 steps, and more than 50 million samples at once. Where Prometheus ends a query
with an error (many-to-many matches, equal label sets), the rule fails with the same words, and the others go on.

## Where results may differ from Prometheus

${code('npm run oracle')} compares generated expressions with promtool bit by bit. What it leaves out, and why:

1. ${list(['exp', 'ln', 'log2', 'log10', 'atan2'])}, ${code('^')} with a fraction as exponent, trigonometric and hyperbolic functions: IEEE 754 does not fix their last bits, and Go computes
   some of them differently on each processor. They are compared to nine digits. A fractional power of a number below
   2.3e-308 differs by more (seen: ${code('5e-324 ^ 0.3')}).
2. ${list(['stddev', 'stdvar'])} over series: Prometheus adds in the order its storage happens to give the series. Compared to nine digits.
   ${list(['sum', 'avg'])} keep their rounding errors apart, so that the order shows only in sums of 1e16 and 1e-9,
   and where sums near the largest number overflow on the way (seen: 1e308, 1.5e308, -1.7e308 and 3).
3. ${list(['topk', 'bottomk'])} among equal values: which of them stay depends on that order too.
4. A metric named like a keyword (${list(['on', 'by', 'bool'])} …) is written ${code('{"on"}')}: the grammar does not take it bare.
5. ${code('label_replace')} with a pattern that is none is refused when it is loaded, not when it is evaluated.
6. ${code('histogram_quantile')} with a bucket ${code('le="NaN"')}: Prometheus gives NaN, fleetwatch a number.
`
}

function written(name: string, { args, optional = 0, repeats }: Signature): string {
  const needed = args.length - optional
  const shown = args.map((type, index) => {
    const text = type === 'vector' ? 'v' : type === 'matrix' ? 'range' : type === 'scalar' ? 'number' : 'text'
    return index < needed ? text : `[${text}${repeats ? ' …' : ''}]`
  })
  return `${name}(${shown.join(', ')})`
}
