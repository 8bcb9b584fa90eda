import type { Expression, Matcher, Place, RangeSelector, Selector } from './expression.ts'

/** One selector of an expression and how far back of the evaluation it can look, subqueries around it included. */
export interface SelectorUse extends Place {
  /** Metric name when the selector fixes it. */
  name?: string
  matchers: Matcher[]
  /** 0 for an instant selector. */
  rangeMs: number
  /** Milliseconds before the evaluation that the oldest sample may lie; the look-back counts for instant selectors. */
  longestMs: number
  /** An absolute `@` time: how far back it lies is known only at evaluation. */
  isPinned: boolean
}

/** The selectors of an expression in the order of the text. `lookbackMs` as in evaluateInstant. */
export function selectorsOf(expression: Expression, lookbackMs = 300_000): SelectorUse[] {
  return walk(expression, 0, lookbackMs)
}

function walk(expression: Expression, aroundMs: number, lookbackMs: number): SelectorUse[] {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return []
    case 'selector':
      return [useOf(expression, 0, aroundMs + expression.offsetMs + lookbackMs)]
    case 'range':
      return [useOf(expression, expression.rangeMs, aroundMs + expression.offsetMs + expression.rangeMs)]
    case 'subquery':
      return walk(expression.expression, aroundMs + expression.offsetMs + expression.rangeMs, lookbackMs)
    case 'unary':
      return walk(expression.expression, aroundMs, lookbackMs)
    case 'binary':
      return [...walk(expression.left, aroundMs, lookbackMs), ...walk(expression.right, aroundMs, lookbackMs)]
    case 'aggregate':
      return [
        ...(expression.parameter ? walk(expression.parameter, aroundMs, lookbackMs) : []),
        ...walk(expression.expression, aroundMs, lookbackMs),
      ]
    case 'call':
      return expression.args.flatMap((arg) => walk(arg, aroundMs, lookbackMs))
  }
}

function useOf({ from, to, matchers, at }: Selector | RangeSelector, rangeMs: number, longestMs: number): SelectorUse {
  const name = matchers.find((matcher) => matcher.name === '__name__' && matcher.op === '=')?.value
  return { from, to, ...(name ? { name } : {}), matchers, rangeMs, longestMs, isPinned: typeof at === 'number' }
}
