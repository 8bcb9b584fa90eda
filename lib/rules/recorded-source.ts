import type { Labels } from '../model/sample.ts'
import type { Matcher } from './promql/expression.ts'
import { compileMatcher } from './promql/matcher.ts'
import type { Series, SeriesSource } from './promql/value.ts'
export class RecordedSource implements SeriesSource {
  private source: SeriesSource
  private own: Series[] = []
  constructor(source: SeriesSource) {
    this.source = source
  }
  append(labels: Labels, at: number, value: number) {
    this.own.push({ labels, timestamps: Float64Array.of(at), values: Float64Array.of(value) })
  }
  select(matchers: readonly Matcher[], from: number, to: number): Series[] {
    const own = this.own.filter((s) => matchers.every((m) => compileMatcher(m)(s.labels[m.name] ?? '')))
    return [...this.source.select(matchers, from, to), ...own]
  }
}
