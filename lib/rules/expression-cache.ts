import type { Expression } from './promql/expression.ts'
import { parseExpression } from './promql/parse.ts'

const cache = new Map<string, Expression>()
export function expressionOf(text: string): Expression {
  let e = cache.get(text)
  if (!e) {
    const p = parseExpression(text)
    if (!('expression' in p)) throw new Error(p.problems[0]?.message)
    e = p.expression
    cache.set(text, e)
  }
  return e
}
