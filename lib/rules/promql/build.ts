import type { SyntaxNode, Tree } from '@lezer/common'
import { buildAggregate, buildCall } from './build-call.ts'
import { buildOperation } from './build-operation.ts'
import { readMatchers } from './build-selector.ts'
import { type Builder, firstExpression } from './builder.ts'
import type { Expression } from './expression.ts'
import { ExpressionFault } from './fault.ts'
import { REFUSED_SYNTAX } from './functions.ts'
import { parseNumber, unquote } from './literals.ts'

/** Deeper nesting than this is a mistake or an attack; each level costs stack. */
export const MAX_DEPTH = 300

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
    case 'OffsetExpr':
    case 'StepInvariantExpr':
    case 'UnaryExpr':
    case 'BinaryExpr':
      return buildOperation(node, builder)
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
