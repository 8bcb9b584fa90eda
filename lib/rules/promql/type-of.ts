import type { Expression, ValueType } from './expression.ts'
import { FUNCTIONS } from './functions.ts'

/** The type an expression evaluates to. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'selector':
    case 'aggregate':
      return 'vector'
    case 'range':
    case 'subquery':
      return 'matrix'
    case 'unary':
      return typeOf(expression.expression)
    case 'call':
      return FUNCTIONS.get(expression.name)?.returns ?? 'vector'
    case 'binary':
      return isScalar(expression.left) && isScalar(expression.right) ? 'scalar' : 'vector'
  }
}

function isScalar(expression: Expression): boolean {
  // A chain of operators leans to the left: walk it instead of recursing.
  let current = expression
  while (current.kind === 'binary') {
    if (!isScalar(current.right)) return false
    current = current.left
  }
  return typeOf(current) === 'scalar'
}

/** The type as Prometheus' documentation and messages name it. */
export const TYPE_NAMES: Record<ValueType, string> = {
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
}
