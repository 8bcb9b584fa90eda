import { evaluateInstant } from '../../lib/rules/promql/evaluate.ts'
import type { Matcher } from '../../lib/rules/promql/expression.ts'
import { compileMatcher } from '../../lib/rules/promql/matcher.ts'
import { parseExpression } from '../../lib/rules/promql/parse.ts'
import { markStale } from '../../lib/rules/promql/staleness.ts'
import { EvaluationError, type Series, type SeriesSource } from '../../lib/rules/promql/value.ts'
import type { Case, GivenSeries, Outcome } from './case.ts'

/** What fleetwatch makes of each expression of a case. */
export function evaluateCase(given: Case): Outcome[] {
  const source = sourceOf(given)
  return given.expressions.map((text) => {
    const parsed = parseExpression(text)
    if ('problems' in parsed) return { error: parsed.problems[0]?.message ?? '' }
    try {
      const value = evaluateInstant(parsed.expression, source, given.atS * 1000)
      if (value.type === 'vector') return { samples: value.samples }
      return value.type === 'scalar' ? { samples: [{ labels: {}, value: value.value }] } : { error: value.type }
    } catch (error) {
      if (error instanceof EvaluationError) return { error: error.message }
      throw error
    }
  })
}

export function sourceOf({ series, intervalS }: Pick<Case, 'series' | 'intervalS'>): SeriesSource {
  const all = series.map((one) => seriesOf(one, intervalS))
  return {
    select: (matchers: readonly Matcher[]) => {
      const tests = matchers.map((matcher) => ({ name: matcher.name, matches: compileMatcher(matcher) }))
      return all.filter(({ labels }) => tests.every(({ name, matches }) => matches(labels[name] ?? '')))
    },
  }
}

function seriesOf({ labels, values }: GivenSeries, intervalS: number): Series {
  const present = values.flatMap((text, index) => (text === '_' ? [] : [{ text, timeMs: index * intervalS * 1000 }]))
  const series = {
    labels,
    timestamps: Float64Array.from(present, ({ timeMs }) => timeMs),
    values: Float64Array.from(present, ({ text }) => numberOf(text)),
  }
  for (const [index, { text }] of present.entries()) if (text === 'stale') markStale(series.values, index)
  return series
}

export function numberOf(text: string): number {
  if (text.endsWith('Inf')) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return Number(text)
}
