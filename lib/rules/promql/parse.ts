import { parser } from '@prometheus-io/lezer-promql'
import { buildExpression, MAX_DEPTH } from './build.ts'
import type { Expression, ExpressionProblem } from './expression.ts'
import { ExpressionFault } from './fault.ts'
import { findSyntaxFault } from './syntax-fault.ts'

/** Longer than any expression a person writes; keeps a mistaken file from holding up a load. */
const MAX_LENGTH = 100_000

export type Parsed = { expression: Expression } | { problems: ExpressionProblem[] }

/**
 * Reads a PromQL expression with Prometheus' own grammar and checks its types. What Prometheus 3 refuses, or keeps
 * behind a feature flag, is a problem with its offset in the text.
 */
export function parseExpression(text: string): Parsed {
  try {
    return { expression: read(text) }
  } catch (fault) {
    if (fault instanceof ExpressionFault) return { problems: [fault.problem] }
    throw fault
  }
}

function read(text: string): Expression {
  if (text.length > MAX_LENGTH) {
    throw new ExpressionFault(0, `the expression has ${text.length} characters; at most ${MAX_LENGTH} are taken`)
  }
  if (text.replace(/#.*/g, '').trim() === '') throw new ExpressionFault(0, 'the expression is empty')
  const tooDeep = deepestParenthesis(text)
  if (tooDeep !== undefined) {
    throw new ExpressionFault(tooDeep, `the expression is nested deeper than ${MAX_DEPTH} levels; split it up`)
  }
  const tree = parser.parse(text)
  const fault = findSyntaxFault(tree, text)
  if (fault) throw fault
  return buildExpression(tree, text)
}

/** Offset of the parenthesis that opens one level too many; the parser would give up at it with a message of no help. */
function deepestParenthesis(text: string): number | undefined {
  let depth = 0
  for (const match of text.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|#.*|[()]/g)) {
    if (match[0] === '(' && ++depth > MAX_DEPTH) return match.index
    if (match[0] === ')') depth--
  }
  return undefined
}
