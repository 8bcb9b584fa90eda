import type { Expression } from './promql/expression.ts'
import { parseExpression } from './promql/parse.ts'
import { EvaluationError } from './promql/value.ts'

/** Expressions by their text, parsed once per process. Rules are few; queries in templates may be many, so it is bounded. */
const cache = new Map<string, Expression>()
const MOST_CACHED = 5000

/** The parsed expression. Throws EvaluationError for one that is wrong, which a rule that was loaded is not. */
export function expressionOf(text: string): Expression {
  const known = cache.get(text)
  if (known) return known
  const parsed = parseExpression(text)
  if ('problems' in parsed) throw new EvaluationError(parsed.problems.map(({ message }) => message).join('; '))
  if (cache.size >= MOST_CACHED) cache.clear()
  cache.set(text, parsed.expression)
  return parsed.expression
}
