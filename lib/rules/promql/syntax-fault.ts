import type { SyntaxNode, Tree } from '@lezer/common'
import { nearest } from '../../config/suggest.ts'
import { AGGREGATE_OPS } from './expression.ts'
import { ExpressionFault } from './fault.ts'
import { FUNCTIONS, REFUSED_FUNCTIONS } from './functions.ts'

/** What may stand where the grammar found something else, by the node around it. */
const EXPECTED: Record<string, string> = {
  GroupingLabels: 'expected label names in parentheses, such as (job, instance)',
  AggregateModifier: 'expected "by" or "without" with label names in parentheses',
  UnquotedLabelMatcher: 'expected a matcher such as job="api"; the value stands in quotes',
  QuotedLabelMatcher: 'expected a matcher such as "my label"="api"; the value stands in quotes',
  LabelMatchers: 'expected matchers such as job="api", separated by commas',
  MatrixSelector: 'expected "]" after the duration of the range, such as [5m]',
  SubqueryExpr: 'expected a range and a step, such as [1h:5m]',
  DurationExpr: 'expected a duration such as 5m or 1h30m',
  OffsetDurationExpr: 'expected a duration such as 5m or 1h30m',
  OffsetExpr: 'expected a duration such as 5m or 1h30m',
  StepInvariantExpr: 'expected a Unix time in seconds, start() or end()',
  BinaryExpr: 'expected an expression on both sides of the operator',
  FunctionCallBody: 'expected arguments separated by commas and a closing ")"',
  ParenExpr: 'expected a closing ")"',
}

/** The first place the grammar could not read, as a problem a person can act on; undefined when all could be read. */
export function findSyntaxFault(tree: Tree, text: string): ExpressionFault | undefined {
  const error = firstError(tree)
  if (!error) return undefined
  const offset = error.from + (/^\s*/.exec(text.slice(error.from))?.[0].length ?? 0)
  const called = calledName(error, text)
  if (called) return unknownFunction(called.name, called.offset)
  const found = /^("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[\w:.]+|[=!<>~]+|.)/s.exec(text.slice(offset))?.[0]
  const hint = EXPECTED[error.parent?.name ?? '']
  const what = found === undefined ? 'the expression ends too early' : `unexpected ${quoted(found)}`
  const parts = [what, ...(hint ? [hint] : []), ...(hasTooManyOperators(text) ? [TOO_MANY] : [])]
  return new ExpressionFault(Math.min(offset, text.length), parts.join('; '))
}

const TOO_MANY = 'or there are too many operators in a row: split the expression up'

/** The parser also gives up, with an error at a place of no interest, when it has to look too far back. */
function hasTooManyOperators(text: string): boolean {
  return (text.match(/\b(?:and|or|unless|atan2)\b|[-+*/%^<>]|[=!]=/gi)?.length ?? 0) > 400
}

const quoted = (found: string) => (/^["']/.test(found) ? `string ${found}` : `"${found}"`)

function firstError(tree: Tree): SyntaxNode | undefined {
  let first: SyntaxNode | undefined
  tree.iterate({
    enter: (node) => {
      if (node.type.isError && (!first || node.from < first.from)) first = node.node
      return first === undefined
    },
  })
  return first
}

/** The grammar knows functions by name, so a name it does not know looks like a metric with a stray parenthesis. */
function calledName(error: SyntaxNode, text: string): { name: string; offset: number } | undefined {
  const identifier = error.parent?.getChild('Identifier')
  if (!identifier || !/^\s*\(/.test(text.slice(identifier.to))) return undefined
  return { name: text.slice(identifier.from, identifier.to), offset: identifier.from }
}

/** What to say of a function that is not evaluated: why it is refused, or what was probably meant. */
export function unknownFunction(name: string, offset: number): ExpressionFault {
  const reason = REFUSED_FUNCTIONS.get(name)
  if (reason) return new ExpressionFault(offset, `"${name}" is not supported: ${reason}`)
  const near = nearest(name, [...FUNCTIONS.keys(), ...AGGREGATE_OPS])
  return new ExpressionFault(offset, `unknown function "${name}"${near ? `; did you mean "${near}"?` : ''}`)
}
