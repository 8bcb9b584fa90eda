import type { SyntaxNode } from '@lezer/common'
import { operatorOf, toBinary } from './build-binary.ts'
import { buildRange, placeAt, placeOffset } from './build-selector.ts'
import { type Builder, firstExpression, signed } from './builder.ts'
import type { Expression, Unary } from './expression.ts'
import { ExpressionFault } from './fault.ts'

/** Longer chains of operators are generated, and would be cut into several rules. */
const MAX_OPERATORS = 1_000

interface Sign {
  sign: Unary['op']
  from: number
}

/** What stands in a row without parentheses: signs, operands with their modifiers, and the operations between them. */
type Item = { operand: Expression; isGroup: boolean } | Sign | { operation: SyntaxNode; op: string }

const PRECEDENCE: Record<string, number> = {
  or: 1,
  and: 2,
  unless: 2,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
}
const COMPARISON = 3
const POWER = 6

/**
 * Builds an operation. The grammar's tree lets `offset`, `@` and ranges take in a whole operation before them and puts
 * signs into numbers, while Prometheus binds the former tighter than any operator and the latter looser than `^`. So
 * the row is read anew from left to right with Prometheus' precedence.
 */
export function buildOperation(node: SyntaxNode, builder: Builder): Expression {
  const items: Item[] = []
  flatten(node, items, builder)
  if (items.length > 2 * MAX_OPERATORS) {
    throw new ExpressionFault(node.from, `more than ${MAX_OPERATORS} operators in a row; split the expression up`)
  }
  const reader = { items, next: 0, builder, end: node.to }
  return readOperation(reader, 0)
}

function flatten(node: SyntaxNode, items: Item[], builder: Builder): void {
  const first = firstExpression(node)
  const last = node.lastChild
  switch (node.name) {
    case 'BinaryExpr': {
      const operator = operatorOf(node)
      if (!first || !last || !operator) throw new ExpressionFault(node.from, 'expected an operator')
      flatten(first, items, builder)
      items.push({ operation: node, op: builder.textOf(operator).toLowerCase() })
      flatten(last, items, builder)
      return
    }
    case 'UnaryExpr':
      if (!first || !last) throw new ExpressionFault(node.from, 'expected an expression')
      items.push({ sign: builder.textOf(first) === '-' ? '-' : '+', from: node.from })
      flatten(last, items, builder)
      return
    case 'OffsetExpr':
    case 'StepInvariantExpr':
    case 'MatrixSelector':
    case 'SubqueryExpr':
      if (!first) throw new ExpressionFault(node.from, 'expected an expression')
      flatten(first, items, builder)
      modifyLast(node, items, builder)
      return
    case 'NumberDurationLiteral':
      flattenNumber(node, items, builder)
      return
    default:
      items.push({ operand: builder.build(node), isGroup: node.name === 'ParenExpr' })
  }
}

function flattenNumber(node: SyntaxNode, items: Item[], builder: Builder): void {
  const number = builder.build(node)
  const sign = builder.textOf(node)[0]
  if (number.kind === 'number' && (sign === '-' || sign === '+')) {
    items.push({ sign, from: node.from })
    items.push({ operand: { ...number, value: sign === '-' ? -number.value : number.value }, isGroup: false })
  } else items.push({ operand: number, isGroup: false })
}

/** Applies a range, offset or @ to the operand right before it. */
function modifyLast(node: SyntaxNode, items: Item[], builder: Builder): void {
  const last = items.pop()
  if (!last || !('operand' in last)) throw new ExpressionFault(node.from, 'expected a selector')
  const modify = node.name === 'OffsetExpr' ? placeOffset : node.name === 'StepInvariantExpr' ? placeAt : buildRange
  items.push({ operand: modify(last.operand, last.isGroup, node, builder), isGroup: false })
}

interface Reader {
  items: Item[]
  next: number
  builder: Builder
  end: number
}

function readOperation(reader: Reader, least: number): Expression {
  let left = readOperand(reader)
  for (;;) {
    const item = reader.items[reader.next]
    if (!item || !('operation' in item)) return left
    const precedence = item.op === '^' ? POWER : (PRECEDENCE[item.op] ?? COMPARISON)
    if (precedence < least) return left
    reader.next++
    // Only the power leans to the right: 2 ^ 3 ^ 2 is 2 ^ 9.
    const right = readOperation(reader, item.op === '^' ? precedence : precedence + 1)
    left = toBinary(item.operation, left, right, reader.builder)
  }
}

function readOperand(reader: Reader): Expression {
  const item = reader.items[reader.next++]
  if (item && 'operand' in item) return item.operand
  if (!item || !('sign' in item)) throw new ExpressionFault(reader.end, 'expected an expression')
  // A sign binds like multiplication: -2 ^ 2 is -(2 ^ 2).
  const operand = readOperation(reader, POWER)
  return signed(item.sign, operand, { from: item.from, to: operand.to })
}
