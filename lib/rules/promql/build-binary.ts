import type { SyntaxNode } from '@lezer/common'
import { labelNames } from './build-call.ts'
import { type Builder, firstExpression } from './builder.ts'
import { ARITHMETIC_OPS, type Binary, type BinaryOp, COMPARISON_OPS, type Expression, SET_OPS } from './expression.ts'
import { ExpressionFault } from './fault.ts'
import { REFUSED_SYNTAX } from './functions.ts'
import { isComparison, isSetOperator } from './operators.ts'
import { TYPE_NAMES, typeOf } from './type-of.ts'

const OPERATORS = new Set<string>([...ARITHMETIC_OPS, ...COMPARISON_OPS, ...SET_OPS])
const NO_OPERATOR = new Set(['LineComment', 'BoolModifier', 'MatchingModifierClause', 'FillModifier'])

/** The operator of a BinaryExpr: after the first expression, before the modifiers. */
export function operatorOf(node: SyntaxNode): SyntaxNode | undefined {
  let child = firstExpression(node)?.nextSibling ?? undefined
  while (child && NO_OPERATOR.has(child.name)) child = child.nextSibling ?? undefined
  return child
}

/** A binary operation of two operands with the modifiers of its node, checked as Prometheus does. */
export function toBinary(node: SyntaxNode, left: Expression, right: Expression, builder: Builder): Binary {
  const operator = operatorOf(node) ?? node
  const op = builder.textOf(operator).toLowerCase()
  const trims = REFUSED_SYNTAX.get(op)
  if (trims) throw new ExpressionFault(operator.from, `operator "${op}" is not supported: ${trims}`)
  const fill = node.getChild('FillModifier')
  if (fill) throw new ExpressionFault(fill.from, `"fill" is not supported: ${REFUSED_SYNTAX.get('fill')}`)
  if (!OPERATORS.has(op)) throw new ExpressionFault(operator.from, `unknown operator "${op}"`)
  const binary: Binary = {
    kind: 'binary',
    from: left.from,
    to: right.to,
    op: op as BinaryOp,
    bool: node.getChild('BoolModifier') !== null,
    ...matchingOf(node, builder),
    left,
    right,
  }
  check(binary, operator.from)
  return binary
}

function matchingOf(node: SyntaxNode, builder: Builder): Pick<Binary, 'matching' | 'explicitMatching'> {
  const clause = node.getChild('MatchingModifierClause')
  if (!clause) return { explicitMatching: false, matching: { on: false, labels: [], include: [] } }
  const [labels, include] = clause.getChildren('GroupingLabels')
  const side = clause.getChild('GroupLeft') ? 'left' : clause.getChild('GroupRight') ? 'right' : undefined
  return {
    explicitMatching: true,
    matching: {
      on: clause.getChild('On') !== null,
      labels: labels ? labelNames(labels, builder) : [],
      ...(side ? { group: side } : {}),
      include: include ? labelNames(include, builder) : [],
    },
  }
}

function check(binary: Binary, operatorAt: number): void {
  const { op, bool, matching, left, right } = binary
  const fault = (offset: number, message: string) => new ExpressionFault(offset, message)
  const [leftType, rightType] = [typeOf(left), typeOf(right)]
  if (bool && !isComparison(op)) throw fault(operatorAt, 'bool modifier can only be used on comparison operators')
  for (const [side, type] of [[left, leftType] as const, [right, rightType] as const]) {
    if (type !== 'scalar' && type !== 'vector') {
      throw fault(
        side.from,
        `binary expression must contain only scalar and instant vector types, got ${TYPE_NAMES[type]}`,
      )
    }
  }
  const bothVectors = leftType === 'vector' && rightType === 'vector'
  if (isComparison(op) && !bool && leftType === 'scalar' && rightType === 'scalar') {
    throw fault(operatorAt, 'comparisons between scalars must use BOOL modifier: write it after the operator')
  }
  const twice = matching.on ? matching.labels.find((label) => matching.include.includes(label)) : undefined
  if (twice !== undefined) throw fault(operatorAt, `label "${twice}" must not occur in ON and GROUP clause at once`)
  if (!bothVectors && matching.labels.length > 0) {
    throw fault(binary.from, 'vector matching only allowed between instant vectors')
  }
  if (!bothVectors && isSetOperator(op)) {
    throw fault(operatorAt, `set operator "${op}" not allowed in binary scalar expression`)
  }
  if (isSetOperator(op) && matching.group) throw fault(operatorAt, `no grouping allowed for "${op}" operation`)
}
