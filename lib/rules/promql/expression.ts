/** Where a piece of an expression stands in its text, as offsets from 0; `to` is exclusive. */
export interface Place {
  from: number
  to: number
}

export interface Matcher {
  name: string
  op: '=' | '!=' | '=~' | '!~'
  value: string
}

/** The time a selector looks at: a moment in milliseconds, or that of the whole evaluation. */
export type At = number | 'start' | 'end'

interface Shifted {
  /** Moves the selector into the past; negative into the future. Milliseconds. */
  offsetMs: number
  at?: At
}

/** Instant vector selector such as `up{job="x"} offset 5m`. The metric name is one of the matchers. */
export interface Selector extends Place, Shifted {
  kind: 'selector'
  matchers: Matcher[]
}

/** Range vector selector such as `up[5m]`. `rangeSeconds` keeps fractions of a millisecond. */
export interface RangeSelector extends Place, Shifted {
  kind: 'range'
  matchers: Matcher[]
  rangeMs: number
  rangeSeconds: number
}

export interface Subquery extends Place, Shifted {
  kind: 'subquery'
  expression: Expression
  rangeMs: number
  rangeSeconds: number
  /** Without one, the evaluation's own default counts. */
  stepMs?: number
}

export type AggregateOp = (typeof AGGREGATE_OPS)[number]
export const AGGREGATE_OPS = [
  'sum',
  'avg',
  'count',
  'min',
  'max',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'count_values',
  'quantile',
] as const

export interface Aggregate extends Place {
  kind: 'aggregate'
  op: AggregateOp
  without: boolean
  labels: string[]
  parameter?: Expression
  expression: Expression
}

export interface Call extends Place {
  kind: 'call'
  name: string
  args: Expression[]
}

export const ARITHMETIC_OPS = ['+', '-', '*', '/', '%', '^', 'atan2'] as const
export const COMPARISON_OPS = ['==', '!=', '>', '<', '>=', '<='] as const
export const SET_OPS = ['and', 'or', 'unless'] as const
export type ArithmeticOp = (typeof ARITHMETIC_OPS)[number]
export type ComparisonOp = (typeof COMPARISON_OPS)[number]
export type SetOp = (typeof SET_OPS)[number]
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp

/** How the two sides of a binary operation find each other. */
export interface Matching {
  on: boolean
  labels: string[]
  /** Which side may have many series per match; none: one to one. */
  group?: 'left' | 'right'
  /** Labels taken from the "one" side. */
  include: string[]
}

export interface Binary extends Place {
  kind: 'binary'
  op: BinaryOp
  /** `bool`: 0 or 1 instead of filtering. */
  bool: boolean
  matching: Matching
  /** Whether `on` or `ignoring` was written. */
  explicitMatching: boolean
  left: Expression
  right: Expression
}

export interface Unary extends Place {
  kind: 'unary'
  op: '+' | '-'
  expression: Expression
}

export interface NumberLiteral extends Place {
  kind: 'number'
  value: number
}

export interface StringLiteral extends Place {
  kind: 'string'
  value: string
}

/** A parsed and type-checked expression. Parentheses are gone: the tree itself says what belongs together. */
export type Expression =
  | NumberLiteral
  | StringLiteral
  | Selector
  | RangeSelector
  | Subquery
  | Aggregate
  | Call
  | Binary
  | Unary

export type ValueType = 'scalar' | 'string' | 'vector' | 'matrix'

/** One fault of an expression; `offset` counts characters from the start of its text. */
export interface ExpressionProblem {
  offset: number
  message: string
}
