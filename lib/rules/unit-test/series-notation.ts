import type { Labels } from '../../model/sample.ts'
import { parseExpression } from '../promql/parse.ts'

/** One place of an input series: a value, the end of the series, or nothing. */
export type Step = number | 'stale' | 'missing'

/** A fault in the notation of input series or expected labels. */
export class NotationError extends Error {
  override readonly name = 'NotationError'
}

/** Labels of a series written as `name{label="value"}`, as in expected samples; empty is the empty set. Throws NotationError. */
export function parseMetric(text: string): Labels {
  if (/^\s*(\{\s*\})?\s*$/.test(text)) return {}
  const parsed = parseExpression(text)
  if ('problems' in parsed) throw new NotationError(parsed.problems[0]?.message ?? 'not a series')
  const { expression } = parsed
  if (expression.kind !== 'selector' || expression.offsetMs !== 0 || expression.at !== undefined) {
    throw new NotationError('expected a series such as up{job="x"}')
  }
  const labels: Record<string, string> = {}
  for (const { name, op, value } of expression.matchers) {
    if (op !== '=') throw new NotationError(`expected ${name}="…": a series has one value for each label`)
    if (value !== '') labels[name] = value
  }
  return labels
}

/** A line `name{label="value"} values`, as promtool puts the two keys of an input series together. */
export function parseSeriesLine(line: string): { labels: Labels; steps: Step[] } {
  const end = metricEnd(line)
  return { labels: parseMetric(line.slice(0, end)), steps: parseValues(line.slice(end)) }
}

/** Where the labels end: behind the closing brace outside of quotes, or at the first white space. */
function metricEnd(line: string): number {
  const metric = /^\s*[^\s{"']*\s*(?:\{(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|[^"'`}])*\})?/.exec(line)
  return metric ? metric[0].trimEnd().length : line.length
}

const NUMBER = String.raw`(?:NaN|nan|Inf|inf|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)`
const ITEM = new RegExp(String.raw`^(?:(_)|(stale)|([+-]?${NUMBER}))(?:([+-]${NUMBER})(?=x))?(?:x(\d+))?$`)

/** Most values one series may have; a typing mistake in a repetition must not fill the memory. */
const MOST_STEPS = 10_000_000

/**
 * Values as promtool writes them, parted by spaces: `1`, `_` for nothing, `stale`, `1x3` for four ones, `_x3` for three
 * times nothing, `0+10x5` for 0 to 50. Throws NotationError.
 */
export function parseValues(text: string): Step[] {
  const steps: Step[] = []
  for (const item of text.split(/[ \t\r\n]+/).filter(Boolean)) {
    const read = readItem(item)
    if (steps.length + read.count > MOST_STEPS)
      throw new NotationError(`"${item}" makes more than ${MOST_STEPS} values`)
    pushItem(steps, read)
  }
  return steps
}

interface Item {
  start: Step
  increase: number
  count: number
}

function readItem(item: string): Item {
  const match = ITEM.exec(item)
  const [, blank, stale, start, increase, times] = match ?? []
  // A word swallows the letters behind it, so `stalex3` and `NaNx3` are words nobody knows.
  const isWord = stale !== undefined || /[nN]/.test(increase ?? start ?? '')
  if (!match || (isWord && times !== undefined) || (increase !== undefined && start === undefined)) {
    throw new NotationError(`unexpected "${item}" in series values; expected a number, "_", "stale", 1x3 or 0+10x5`)
  }
  return {
    start: blank ? 'missing' : stale ? 'stale' : number(start ?? '0'),
    increase: number(increase ?? '0'),
    count: times === undefined ? 1 : Number(times) + (blank ? 0 : 1),
  }
}

/** Adds the increase again and again, as promtool does: sums round differently than products. */
function pushItem(steps: Step[], { start, increase, count }: Item): void {
  let value = start
  for (let index = 0; index < count; index++) {
    steps.push(value)
    if (typeof value === 'number') value += increase
  }
}

function number(text: string): number {
  const value = text.replace(/inf/i, 'Infinity')
  if (/nan/i.test(value)) return Number.NaN
  // A leading zero means octal, as Go reads whole numbers.
  return /^[+-]?0[0-7]+$/.test(value) ? octal(value) : Number(value)
}

function octal(text: string): number {
  const size = Number.parseInt(text.replace(/^[+-]/, ''), 8)
  return text.startsWith('-') ? -size : size
}
