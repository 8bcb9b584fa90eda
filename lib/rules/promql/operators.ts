import { type BinaryOp, COMPARISON_OPS, SET_OPS } from './expression.ts'

const COMPARISONS = new Set<string>(COMPARISON_OPS)
const SETS = new Set<string>(SET_OPS)

export const isComparison = (op: BinaryOp): boolean => COMPARISONS.has(op)
export const isSetOperator = (op: BinaryOp): boolean => SETS.has(op)
