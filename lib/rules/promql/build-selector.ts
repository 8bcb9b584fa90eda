import type { SyntaxNode } from '@lezer/common'
import type { Builder } from './builder.ts'
import type { At, Expression, Matcher, RangeSelector, Selector, Subquery } from './expression.ts'
import { ExpressionFault } from './fault.ts'
import { REFUSED_SYNTAX } from './functions.ts'
import { parseNumber } from './literals.ts'
import { compileMatcher } from './matcher.ts'
import { TYPE_NAMES, typeOf } from './type-of.ts'

const NAME = '__name__'
/** Go holds durations as nanoseconds in 63 bits. */
const MAX_DURATION_S = 2 ** 63 / 1e9

/** Matchers of a selector; the metric's name, wherever it is written, is the last of them. */
export function readMatchers(node: SyntaxNode, builder: Builder): Matcher[] {
  const list = node.getChild('LabelMatchers')
  const matchers = [
    ...(list?.getChildren('UnquotedLabelMatcher') ?? []),
    ...(list?.getChildren('QuotedLabelMatcher') ?? []),
  ]
    .sort((a, b) => a.from - b.from)
    .map((matcher) => readMatcher(matcher, builder))
  const identifier = node.getChild('Identifier')
  const quoted = (list?.getChildren('QuotedLabelName') ?? []).map((name) => builder.unquoted(stringIn(name)))
  const names = [...(identifier ? [builder.textOf(identifier)] : []), ...quoted]
  const already = matchers.find(({ name }) => name === NAME)
  if (names.length > 1 || (identifier && already)) {
    throw new ExpressionFault(
      node.from,
      `metric name must not be set twice: "${names[0]}" or "${names[1] ?? already?.value}"`,
    )
  }
  for (const value of names) matchers.push({ name: NAME, op: '=', value })
  if (matchers.every((matcher) => compileMatcher(matcher)(''))) {
    throw new ExpressionFault(node.from, 'vector selector must contain at least one non-empty matcher')
  }
  return matchers
}

function readMatcher(node: SyntaxNode, builder: Builder): Matcher {
  const quotedName = node.getChild('QuotedLabelName')
  const plainName = node.getChild('LabelName')
  const name = quotedName ? builder.unquoted(stringIn(quotedName)) : plainName ? builder.textOf(plainName) : ''
  const value = node.getChild('StringLiteral')
  const op = node.getChild('MatchOp')
  if (!value || !op) throw new ExpressionFault(node.from, 'expected a matcher such as job="api"')
  const matcher: Matcher = { name, op: builder.textOf(op) as Matcher['op'], value: builder.unquoted(value) }
  try {
    compileMatcher(matcher)
  } catch (error) {
    throw new ExpressionFault(value.from, `invalid regular expression (RE2): ${(error as Error).message}`)
  }
  return matcher
}

function stringIn(node: SyntaxNode): SyntaxNode {
  return node.getChild('StringLiteral') ?? node
}

/** Range or step of a selector: more than nothing. */
function rangeOf(
  node: SyntaxNode | undefined,
  parent: SyntaxNode,
  builder: Builder,
): { rangeMs: number; rangeSeconds: number } {
  const seconds = durationOf(node ?? parent, builder)
  if (seconds <= 0) throw new ExpressionFault((node ?? parent).from, 'duration must be greater than 0')
  const nanoseconds = Math.round(seconds * 1e9)
  return {
    rangeMs: Math.trunc(nanoseconds / 1e6),
    rangeSeconds: Math.trunc(nanoseconds / 1e9) + (nanoseconds % 1e9) / 1e9,
  }
}

/** Seconds of a duration node; anything but one literal with a sign is the flagged duration arithmetic. */
function durationOf(node: SyntaxNode, builder: Builder): number {
  const sign = node.getChild('UnaryOp')
  const nested = node.getChild('DurationExpr') ?? node.getChild('OffsetDurationExpr')
  const literal = node.getChild('NumberDurationLiteralInDurationContext')
  if (sign && nested && !nested.getChild('UnaryOp')) {
    return (builder.textOf(sign) === '-' ? -1 : 1) * durationOf(nested, builder)
  }
  if (!literal || literal.nextSibling || literal.prevSibling) {
    throw new ExpressionFault(
      node.from,
      `arithmetic with durations is not supported: ${REFUSED_SYNTAX.get('duration expression')}`,
    )
  }
  const seconds = parseNumber(builder.textOf(literal))
  if (seconds === undefined || !(Math.abs(seconds) <= MAX_DURATION_S)) {
    throw new ExpressionFault(literal.from, `"${builder.textOf(literal)}": duration out of range`)
  }
  return seconds
}

function isSelector(expression: Expression): expression is Selector | RangeSelector | Subquery {
  return expression.kind === 'selector' || expression.kind === 'range' || expression.kind === 'subquery'
}

const BELONGS = 'must be preceded by an instant vector selector or range vector selector or a subquery'

/** Puts the range of a MatrixSelector or SubqueryExpr on the expression before it. */
export function buildRange(
  expression: Expression,
  isGroup: boolean,
  node: SyntaxNode,
  builder: Builder,
): RangeSelector | Subquery {
  const durations = node.getChildren('DurationExpr')
  const range = rangeOf(durations[0], node, builder)
  const place = { from: expression.from, to: node.to }
  if (node.name === 'SubqueryExpr') {
    const type = typeOf(expression)
    if (type !== 'vector') {
      throw new ExpressionFault(
        expression.from,
        `subquery is only allowed on instant vector, got ${TYPE_NAMES[type]} instead`,
      )
    }
    const step = durations[1] ? { stepMs: rangeOf(durations[1], node, builder).rangeMs } : {}
    return { kind: 'subquery', ...place, expression, ...range, ...step, offsetMs: 0 }
  }
  if (expression.kind !== 'selector' || isGroup) {
    throw new ExpressionFault(
      expression.from,
      'ranges only allowed for vector selectors; a range over an expression is a subquery such as (…)[5m:1m]',
    )
  }
  if (expression.offsetMs !== 0) throw new ExpressionFault(expression.from, 'no offset modifiers allowed before range')
  if (expression.at !== undefined) throw new ExpressionFault(expression.from, 'no @ modifiers allowed before range')
  return { kind: 'range', ...place, matchers: expression.matchers, ...range, offsetMs: 0 }
}

/** Puts the offset of an OffsetExpr into the selector before it. */
export function placeOffset(expression: Expression, isGroup: boolean, node: SyntaxNode, builder: Builder): Expression {
  const duration = node.getChild('OffsetDurationExpr')
  if (!isSelector(expression) || isGroup) {
    throw new ExpressionFault(node.getChild('Offset')?.from ?? node.from, `offset modifier ${BELONGS}`)
  }
  if (expression.offsetMs !== 0) {
    throw new ExpressionFault(node.getChild('Offset')?.from ?? node.from, 'offset may not be set multiple times')
  }
  const offsetMs = Math.trunc(Math.round(durationOf(duration ?? node, builder) * 1e9) / 1e6)
  return { ...expression, to: node.to, offsetMs }
}

/** Puts the moment of a StepInvariantExpr into the selector before it. */
export function placeAt(expression: Expression, isGroup: boolean, node: SyntaxNode, builder: Builder): Expression {
  const from = node.getChild('At')?.from ?? node.from
  if (!isSelector(expression) || isGroup) {
    throw new ExpressionFault(from, `@ modifier ${BELONGS}`)
  }
  if (expression.at !== undefined) throw new ExpressionFault(from, '@ <timestamp> may not be set multiple times')
  return { ...expression, to: node.to, at: momentOf(node, builder) }
}

function momentOf(node: SyntaxNode, builder: Builder): At {
  const named = node.getChild('AtModifierPreprocessors')
  if (named) return /^start/i.test(builder.textOf(named)) ? 'start' : 'end'
  const literal = node.getChild('NumberDurationLiteral')
  const seconds = literal ? parseNumber(builder.textOf(literal)) : undefined
  if (seconds === undefined || !(Math.abs(seconds) < 2 ** 63)) {
    throw new ExpressionFault(literal?.from ?? node.from, 'timestamp out of bounds for @ modifier')
  }
  return roundAway(seconds * 1000)
}

/** Go rounds halves away from zero. */
function roundAway(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value))
}
