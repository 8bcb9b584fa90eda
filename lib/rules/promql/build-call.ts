import type { SyntaxNode } from '@lezer/common'
import type { Builder } from './builder.ts'
import {
  AGGREGATE_OPS,
  type Aggregate,
  type AggregateOp,
  type Call,
  type Expression,
  type ValueType,
} from './expression.ts'
import { ExpressionFault } from './fault.ts'
import { FUNCTIONS, REFUSED_FUNCTIONS, type Signature } from './functions.ts'
import { compileRe2 } from './matcher.ts'
import { unknownFunction } from './syntax-fault.ts'
import { TYPE_NAMES, typeOf } from './type-of.ts'

const AGGREGATES = new Set<string>(AGGREGATE_OPS)
const WITH_PARAMETER = new Map<string, ValueType>([
  ['topk', 'scalar'],
  ['bottomk', 'scalar'],
  ['quantile', 'scalar'],
  ['count_values', 'string'],
])

/** Names of a list in parentheses: `(job, "my label")`. */
export function labelNames(node: SyntaxNode, builder: Builder): string[] {
  const names: string[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name === 'LabelName') names.push(builder.textOf(child))
    else if (child.name === 'QuotedLabelName') names.push(builder.unquoted(child.getChild('StringLiteral') ?? child))
  }
  return names
}

function argumentsOf(node: SyntaxNode, builder: Builder): Expression[] {
  const args: Expression[] = []
  const body = node.getChild('FunctionCallBody')
  for (let child = body?.firstChild; child; child = child.nextSibling) {
    if (child.name !== 'LineComment') args.push(builder.build(child))
  }
  return args
}

/** An aggregation such as `sum by (job) (x)`. */
export function buildAggregate(node: SyntaxNode, builder: Builder): Aggregate {
  const operator = node.getChild('AggregateOp')
  const op = operator ? builder.textOf(operator).toLowerCase() : ''
  const reason = REFUSED_FUNCTIONS.get(op)
  if (reason || !AGGREGATES.has(op)) throw unknownFunction(op, node.from)
  const args = argumentsOf(node, builder)
  const wanted = WITH_PARAMETER.get(op)
  const count = wanted ? 2 : 1
  if (args.length !== count) {
    throw new ExpressionFault(
      node.from,
      args.length === 0
        ? 'no arguments for aggregate expression provided'
        : `wrong number of arguments for aggregate expression provided, expected ${count}, got ${args.length}`,
    )
  }
  const [parameter, expression] = wanted ? args : [undefined, args[0]]
  if (!expression) throw new ExpressionFault(node.from, 'no arguments for aggregate expression provided')
  expectType(expression, 'vector', 'aggregation expression')
  if (parameter && wanted) expectType(parameter, wanted, 'aggregation parameter')
  const modifier = node.getChild('AggregateModifier')
  const labels = modifier?.getChild('GroupingLabels')
  return {
    kind: 'aggregate',
    from: node.from,
    to: node.to,
    op: op as AggregateOp,
    without: modifier?.getChild('Without') != null,
    labels: labels ? labelNames(labels, builder) : [],
    ...(parameter ? { parameter } : {}),
    expression,
  }
}

/** A function call, its arguments checked against the function's signature. */
export function buildCall(node: SyntaxNode, builder: Builder): Call {
  const identifier = node.getChild('FunctionIdentifier')
  const name = identifier ? builder.textOf(identifier) : ''
  const signature = FUNCTIONS.get(name)
  if (!signature) throw unknownFunction(name, node.from)
  const args = argumentsOf(node, builder)
  checkCount(name, signature, args.length, node.from)
  args.forEach((arg, index) => {
    const wanted = signature.args[Math.min(index, signature.args.length - 1)]
    if (wanted) expectType(arg, wanted, `call to function "${name}"`)
  })
  if (name === 'label_replace') checkReplacement(args)
  return { kind: 'call', from: node.from, to: node.to, name, args }
}

function checkCount(name: string, signature: Signature, got: number, offset: number): void {
  const least = signature.args.length - (signature.optional ?? 0)
  const most = signature.repeats ? Number.POSITIVE_INFINITY : signature.args.length
  if (got >= least && got <= most) return
  const expected = least === most ? `${least}` : got < least ? `at least ${least}` : `at most ${most}`
  throw new ExpressionFault(offset, `expected ${expected} argument(s) in call to "${name}", got ${got}`)
}

/** Prometheus finds a bad pattern only when it evaluates; here it is a fault of the file already. */
function checkReplacement(args: Expression[]): void {
  const pattern = args[4]
  if (pattern?.kind !== 'string') return
  try {
    compileRe2(pattern.value)
  } catch (error) {
    throw new ExpressionFault(
      pattern.from,
      `invalid regular expression in label_replace() (RE2): ${(error as Error).message}`,
    )
  }
}

function expectType(expression: Expression, wanted: ValueType, context: string): void {
  const type = typeOf(expression)
  if (type === wanted) return
  const hint = wanted === 'matrix' && expression.kind === 'selector' ? '; add a range such as [5m]' : ''
  throw new ExpressionFault(
    expression.from,
    `expected type ${TYPE_NAMES[wanted]} in ${context}, got ${TYPE_NAMES[type]}${hint}`,
  )
}
