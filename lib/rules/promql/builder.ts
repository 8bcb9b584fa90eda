import type { SyntaxNode } from '@lezer/common'
import type { Expression, Unary } from './expression.ts'
import { ExpressionFault } from './fault.ts'
import { TYPE_NAMES, typeOf } from './type-of.ts'

/** What a builder of one kind of node needs from the others. */
export interface Builder {
  text: string
  build(node: SyntaxNode): Expression
  textOf(node: SyntaxNode): string
  unquoted(node: SyntaxNode): string
}

/** First child that is no comment. */
export function firstExpression(node: SyntaxNode): SyntaxNode | undefined {
  let child = node.firstChild
  while (child?.name === 'LineComment') child = child.nextSibling
  return child ?? undefined
}

/** A sign before an expression; before a number it is part of the number. */
export function signed(op: Unary['op'], expression: Expression, place: { from: number; to: number }): Expression {
  const type = typeOf(expression)
  if (type !== 'scalar' && type !== 'vector') {
    throw new ExpressionFault(
      place.from,
      `unary expression only allowed on expressions of type scalar or instant vector, got "${TYPE_NAMES[type]}"`,
    )
  }
  const { from, to } = place
  if (expression.kind === 'number') {
    return { kind: 'number', from, to, value: op === '-' ? -expression.value : expression.value }
  }
  return { kind: 'unary', from, to, op, expression }
}
