import type { Labels, Sample } from '../../model/sample.ts'
import type { Matcher } from '../promql/expression.ts'
import { signatureOf } from '../promql/labels.ts'
import { firstAfter } from '../promql/select.ts'
import { EvaluationError, type Series, type SeriesSource } from '../promql/value.ts'
import { SeriesStore } from '../store/series-store.ts'
import { NotationError, parseSeriesLine, type Step } from './series-notation.ts'
import type { TestGroup } from './test-file.ts'

/**
 * The samples of one test group: its input series, seen only up to the moment that is evaluated, and what rules gave so
 * far.
 */
export class TestSamples implements SeriesSource {
  private readonly store = new SeriesStore({ retentionMs: Number.POSITIVE_INFINITY })
  private readonly given = new Map<string, { atMs: number; value: number | undefined }>()
  private readonly givenBy = new Map<string, Map<string, Labels>>()
  private untilMs = Number.NEGATIVE_INFINITY

  /** Loads the input series from `startMs` on. Throws NotationError. */
  constructor(group: TestGroup, intervalMs: number, startMs: number) {
    for (const [index, { labels, steps }] of inputSeries(group).entries()) {
      this.load(`input ${index}`, labels, steps, intervalMs, startMs)
    }
  }

  private load(target: string, labels: Labels, steps: Step[], intervalMs: number, startMs: number): void {
    for (const [index, step] of steps.entries()) {
      if (step === 'missing') continue
      const samples = step === 'stale' ? [] : [{ labels, value: step }]
      // A look at the series that finds nothing is its end.
      this.store.addSamples(samples, startMs + index * intervalMs, target)
    }
  }

  /** Lets evaluations see samples up to this moment. */
  advanceTo(atMs: number): void {
    this.untilMs = atMs
  }

  /**
   * Adds what a rule gave; series it gave before and not now have ended. Throws when another rule gave one of the series
   * another value, or ended it, at this very moment.
   */
  append(rule: string, samples: readonly Sample[], atMs: number): void {
    const before = this.givenBy.get(rule) ?? new Map<string, Labels>()
    const now = new Map(samples.map(({ labels }) => [signatureOf(labels), labels]))
    this.givenBy.set(rule, now)
    const contradicts = samples.filter(({ labels, value }) => !this.put(labels, value, atMs))
    for (const [signature, labels] of before) if (!now.has(signature)) this.put(labels, undefined, atMs)
    if (contradicts.length > 0) throw new EvaluationError('duplicate sample for timestamp')
  }

  /** False when the series has something else at this moment; the first stays. No value: the end of the series. */
  private put(labels: Labels, value: number | undefined, atMs: number): boolean {
    const signature = signatureOf(labels)
    const known = this.given.get(signature)
    if (known?.atMs === atMs) return Object.is(known.value, value)
    this.given.set(signature, { atMs, value })
    // A look at the series that finds nothing is its end.
    this.store.addSamples(value === undefined ? [] : [{ labels, value }], atMs, `given ${signature}`)
    return true
  }

  select(matchers: readonly Matcher[], fromMs: number, toMs: number): Series[] {
    return this.store.select(matchers, fromMs, Math.min(toMs, this.untilMs)).flatMap((series) => {
      const count = firstAfter(series.timestamps, this.untilMs)
      if (count === 0) return []
      if (count === series.timestamps.length) return [series]
      return [
        {
          labels: series.labels,
          timestamps: series.timestamps.subarray(0, count),
          values: series.values.subarray(0, count),
        },
      ]
    })
  }
}

/** promtool writes the series one per line and reads them back: an empty line ends them, the last of equal ones counts. */
function inputSeries(group: TestGroup): { labels: Labels; steps: Step[] }[] {
  const found = new Map<string, { labels: Labels; steps: Step[] }>()
  const lines = group.input_series.flatMap(({ series, values }) => `${series} ${values}`.split('\n'))
  for (const line of lines) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) break
    try {
      const one = parseSeriesLine(trimmed)
      found.set(signatureOf(one.labels), one)
    } catch (error) {
      if (error instanceof NotationError) throw new NotationError(`input series "${trimmed}": ${error.message}`)
      throw error
    }
  }
  return [...found.values()]
}
