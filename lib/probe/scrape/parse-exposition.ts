import { formatBound, parseGoFloat } from './go-float.ts'
import { ExpositionError, parseLabels, skipBlanks } from './parse-labels.ts'

/** One line of an exposition. Labels may be empty strings here; the name is not among them. */
export interface ExposedSample {
  name: string
  labels: Readonly<Record<string, string>>
  value: number
  /** The server's own time of the value in milliseconds since the epoch; most lines have none. */
  timestampMs?: number
  /** Name of the metric without `_bucket`, `_sum`, `_count`, where it is a histogram or summary. */
  family: string
  /** The label that tells the parts of one histogram or summary apart. */
  bound?: 'le' | 'quantile'
}

export type Exposition =
  | { ok: true; samples: ExposedSample[] }
  /** Counted from 1; line 0 when the answer as a whole is at fault. */
  | { ok: false; problem: { line: number; column: number; message: string } }

const TEXT_TYPES = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped'])
const OPENMETRICS_TYPES = new Set([...TEXT_TYPES, 'unknown', 'info', 'stateset', 'gaugehistogram'])
const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const TYPE_LINE = /^#[ \t]+TYPE[ \t]+("(?:[^"\\]|\\.)*"|\S+)[ \t]+(\S+)[ \t]*$/

type Format = 'text' | 'openmetrics'

/**
 * Parses Prometheus text format 0.0.4 or OpenMetrics 1.0, by content type. As in Prometheus one bad line spoils the whole
 * answer, since half a histogram is worse than none; an OpenMetrics answer without its `# EOF` was cut off.
 * Exemplars are read and left out. Values and labels keep what the server wrote, except bucket bounds: `formatBound`.
 */
export function parseExposition(text: string, contentType: string | undefined): Exposition {
  const format = formatOf(contentType)
  if (!format) return failed(0, 1, `content type "${contentType}" is neither Prometheus text nor OpenMetrics`)
  const types = new Map<string, string>()
  const samples: ExposedSample[] = []
  let number = 0
  let isEnded = false
  try {
    for (const line of linesOf(text)) {
      number++
      if (isEnded) throw new ExpositionError(0, 'nothing may follow "# EOF"')
      const start = skipBlanks(line, 0)
      if (start === line.length) continue
      if (line[start] !== '#') samples.push(parseSample(line, start, format, types))
      else if (format === 'openmetrics' && line === '# EOF') isEnded = true
      else readType(line, format, types)
    }
  } catch (error) {
    if (error instanceof ExpositionError) return failed(number, error.column, error.message)
    throw error
  }
  if (format === 'openmetrics' && !isEnded) return failed(number + 1, 1, 'the answer was cut off: "# EOF" is missing')
  return { ok: true, samples }
}

function failed(line: number, column: number, message: string): Exposition {
  return { ok: false, problem: { line, column, message } }
}

/** A missing content type is read as text, which every server of old writes; HTML or JSON are refused. */
function formatOf(contentType: string | undefined): Format | undefined {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase()
  if (type === 'application/openmetrics-text') return 'openmetrics'
  return type === '' || type === 'text/plain' ? 'text' : undefined
}

function* linesOf(text: string): Generator<string> {
  let start = 0
  while (start < text.length) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    yield text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end)
    start = end + 1
  }
}

function readType(line: string, format: Format, types: Map<string, string>): void {
  const match = TYPE_LINE.exec(line)
  if (!match) return
  const [, name = '', type = ''] = match
  const known = format === 'text' ? TEXT_TYPES : OPENMETRICS_TYPES
  if (!known.has(type)) throw new ExpositionError(line.lastIndexOf(type), `unknown metric type "${type}"`)
  types.set(name.startsWith('"') ? name.slice(1, -1) : name, type)
}

function parseSample(line: string, start: number, format: Format, types: Map<string, string>): ExposedSample {
  METRIC_NAME.lastIndex = start
  const plainName = METRIC_NAME.exec(line)?.[0]
  let at = skipBlanks(line, start + (plainName?.length ?? 0))
  const braces = line[at] === '{' ? parseLabels(line, at) : undefined
  if (plainName === undefined && braces?.name === undefined) throw new ExpositionError(start, 'expected a metric name')
  if (plainName !== undefined && braces?.name !== undefined) throw new ExpositionError(at, 'the metric has two names')
  at = skipBlanks(line, braces?.end ?? at)

  const value = readNumber(line, at, 'a value')
  at = skipBlanks(line, value.end)
  let timestampMs: number | undefined
  if (at < line.length && line[at] !== '#') {
    const time = readNumber(line, at, 'a timestamp or the end of the line')
    timestampMs = toMilliseconds(time, at, format)
    at = skipBlanks(line, time.end)
  }
  if (format === 'openmetrics' && line[at] === '#') at = skipExemplar(line, at)
  if (at < line.length) throw new ExpositionError(at, 'expected the end of the line')

  const sample = withBounds(plainName ?? braces?.name ?? '', braces?.labels ?? {}, types)
  return { ...sample, value: value.number, ...(timestampMs !== undefined && { timestampMs }) }
}

interface NumberToken {
  text: string
  number: number
  end: number
}

function readNumber(line: string, start: number, what: string): NumberToken {
  let end = start
  while (end < line.length && line[end] !== ' ' && line[end] !== '\t') end++
  const text = line.slice(start, end)
  const number = parseGoFloat(text)
  if (number === undefined) throw new ExpositionError(start, `expected ${what}, got "${text.slice(0, 40)}"`)
  return { text, number, end }
}

/** Text format counts whole milliseconds, OpenMetrics seconds. */
function toMilliseconds(time: NumberToken, at: number, format: Format): number {
  const isWhole = /^[+-]?\d+$/.test(time.text)
  if (!Number.isFinite(time.number) || (format === 'text' && !isWhole)) {
    throw new ExpositionError(at, `expected a timestamp, got "${time.text.slice(0, 40)}"`)
  }
  return format === 'text' ? time.number : Math.round(time.number * 1000)
}

/** ` # {trace_id="…"} 0.67 1520879607.789`: checked, so that a broken line is noticed, and passed over. */
function skipExemplar(line: string, start: number): number {
  const brace = skipBlanks(line, start + 1)
  if (line[brace] !== '{') throw new ExpositionError(brace, 'expected the labels of an exemplar')
  const value = readNumber(line, skipBlanks(line, parseLabels(line, brace).end), 'an exemplar value')
  const at = skipBlanks(line, value.end)
  return at < line.length ? readNumber(line, at, 'an exemplar timestamp').end : at
}

function withBounds(name: string, labels: Record<string, string>, types: Map<string, string>) {
  const base = name.replace(/_(bucket|sum|count|gsum|gcount|created)$/, '')
  const type = types.get(name) ?? types.get(base)
  if (type !== 'histogram' && type !== 'gaugehistogram' && type !== 'summary') return { name, labels, family: name }
  const bound = type === 'summary' ? 'quantile' : 'le'
  const number = parseGoFloat(labels[bound] ?? '')
  if (number === undefined) return { name, labels, family: base }
  return { name, labels: { ...labels, [bound]: formatBound(number) }, family: base, bound } as const
}

/**
 * What samples share that only make sense together: all buckets, the sum and the count of one histogram. Equal keys,
 * equal group.
 */
export function groupOf({ family, labels, bound }: ExposedSample): string {
  const parts = Object.entries(labels).filter(([label]) => label !== bound)
  return JSON.stringify([family, ...parts.sort(([a], [b]) => (a < b ? -1 : 1))])
}
