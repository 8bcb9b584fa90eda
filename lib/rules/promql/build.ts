import type { SyntaxNode, Tree } from '@lezer/common'
import { buildBinary } from './build-binary.ts'
import { buildAggregate, buildCall } from './build-call.ts'
import { placeAt, placeOffset, rangeOf, readMatchers } from './build-selector.ts'
import { type Builder, firstExpression, signed } from './builder.ts'
import type { Expression } from './expression.ts'
import { ExpressionFault } from './fault.ts'
import { REFUSED_SYNTAX } from './functions.ts'
import { parseNumber, unquote } from './literals.ts'
import { TYPE_NAMES, typeOf } from './type-of.ts'

/** Deeper nesting than this is a mistake or an attack; each level costs stack. */
const MAX_DEPTH = 300

/** Turns the grammar's tree into an expression. Throws ExpressionFault at the first thing that Prometheus would refuse. */
export function buildExpression(tree: Tree, text: string): Expression {
  let depth = 0
  const builder: Builder = {
    text,
    textOf: (node) => text.slice(node.from, node.to),
    unquoted: (node) => unquotedText(node, text),
    build: (node) => {
      if (++depth > MAX_DEPTH) {
        throw new ExpressionFault(node.from, `the expression is nested deeper than ${MAX_DEPTH} levels; split it up`)
      }
      const expression = buildNode(node, builder)
      depth--
      return expression
    },
  }
  const top = firstExpression(tree.topNode)
  if (!top) throw new ExpressionFault(0, 'the expression is empty')
  return builder.build(top)
}

function buildNode(node: SyntaxNode, builder: Builder): Expression {
  const place = { from: node.from, to: node.to }
  switch (node.name) {
    case 'NumberDurationLiteral':
      return { kind: 'number', ...place, value: numberOf(node, builder.textOf(node)) }
    case 'StringLiteral':
      return { kind: 'string', ...place, value: builder.unquoted(node) }
    case 'ParenExpr':
      return builder.build(inner(node))
    case 'VectorSelector':
      return { kind: 'selector', ...place, matchers: readMatchers(node, builder), offsetMs: 0 }
    case 'MatrixSelector':
    case 'SubqueryExpr':
      return buildRange(node, builder)
    case 'OffsetExpr':
      return placeOffset(builder.build(inner(node)), node, builder)
    case 'StepInvariantExpr':
      return placeAt(builder.build(inner(node)), node, builder)
    case 'UnaryExpr':
      return buildUnary(node, builder)
    case 'BinaryExpr':
      return buildBinary(node, builder)
    case 'AggregateExpr':
      return buildAggregate(node, builder)
    case 'FunctionCall':
      return buildCall(node, builder)
    default:
      throw refused(node)
  }
}

function refused(node: SyntaxNode): ExpressionFault {
  const name = node.name === 'AnchoredExpr' ? 'anchored' : node.name === 'SmoothedExpr' ? 'smoothed' : undefined
  const at = name ? (node.lastChild?.from ?? node.from) : node.from
  return new ExpressionFault(
    at,
    name ? `"${name}" is not supported: ${REFUSED_SYNTAX.get(name)}` : `${node.name} is not supported`,
  )
}

function inner(node: SyntaxNode): SyntaxNode {
  const child = firstExpression(node)
  if (!child) throw new ExpressionFault(node.from, 'expected an expression')
  return child
}

function numberOf(node: SyntaxNode, text: string): number {
  const value = parseNumber(text)
  if (value === undefined) throw new ExpressionFault(node.from, `"${text}" is no number or duration that PromQL takes`)
  return value
}

function unquotedText(node: SyntaxNode, text: string): string {
  const read = unquote(text.slice(node.from, node.to))
  if ('problem' in read) throw new ExpressionFault(node.from, read.problem)
  return read.value
}

function buildRange(node: SyntaxNode, builder: Builder): Expression {
  const child = inner(node)
  const durations = node.getChildren('DurationExpr')
  const range = rangeOf(durations[0], node, builder)
  const place = { from: node.from, to: node.to }
  if (node.name === 'SubqueryExpr') {
    const expression = builder.build(child)
    const type = typeOf(expression)
    if (type !== 'vector') {
      throw new ExpressionFault(
        node.from,
        `subquery is only allowed on instant vector, got ${TYPE_NAMES[type]} instead`,
      )
    }
    const step = durations[1] ? { stepMs: rangeOf(durations[1], node, builder).rangeMs } : {}
    return { kind: 'subquery', ...place, expression, ...range, ...step, offsetMs: 0 }
  }
  if (child.name === 'OffsetExpr') throw new ExpressionFault(child.from, 'no offset modifiers allowed before range')
  if (child.name === 'StepInvariantExpr') throw new ExpressionFault(child.from, 'no @ modifiers allowed before range')
  const selector = child.name === 'VectorSelector' ? builder.build(child) : undefined
  if (selector?.kind !== 'selector') {
    throw new ExpressionFault(
      child.from,
      'ranges only allowed for vector selectors; a range over an expression is a subquery such as (…)[5m:1m]',
    )
  }
  return { kind: 'range', ...place, matchers: selector.matchers, ...range, offsetMs: 0 }
}

function buildUnary(node: SyntaxNode, builder: Builder): Expression {
  const operator = node.getChild('UnaryOp')
  const operand = node.lastChild
  if (!operator || !operand) throw new ExpressionFault(node.from, 'expected an expression')
  const op = builder.textOf(operator) === '-' ? '-' : '+'
  return signed(op, builder.build(operand), node)
}
