/** What stands between the braces of a sample line; a quoted name without `=` is the metric's own (UTF-8 names). */
export interface ParsedLabels {
  name?: string
  labels: Record<string, string>
  /** Index after the closing brace. */
  end: number
}

export class ExpositionError extends Error {
  readonly column: number

  /** `index` is that of the character at fault in its line, from 0. */
  constructor(index: number, message: string) {
    super(message)
    this.column = index + 1
  }
}

const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y

/** Reads `{a="x",b="y"}` from the brace at `start` on. A trailing comma is allowed, a label given twice is not. */
export function parseLabels(line: string, start: number): ParsedLabels {
  // Without a prototype: `__proto__` is a valid label name.
  const parsed: ParsedLabels = { labels: Object.create(null) as Record<string, string>, end: 0 }
  const seen = new Set<string>()
  let at = skipBlanks(line, start + 1)
  while (line[at] !== '}') {
    const key = readKey(line, at)
    at = skipBlanks(line, key.end)
    if (line[at] === '=') {
      const value = readQuoted(line, skipBlanks(line, at + 1))
      if (seen.has(key.text)) throw new ExpositionError(at, `label "${key.text}" is given twice`)
      seen.add(key.text)
      parsed.labels[key.text] = value.text
      at = skipBlanks(line, value.end)
    } else if (key.isQuoted && parsed.name === undefined) {
      parsed.name = key.text
    } else {
      throw new ExpositionError(at, `expected "=" after label "${key.text}"`)
    }
    if (line[at] === ',') at = skipBlanks(line, at + 1)
    else if (line[at] !== '}') throw new ExpositionError(at, 'expected "," or "}" after a label')
  }
  parsed.end = at + 1
  return parsed
}

export function skipBlanks(line: string, start: number): number {
  let at = start
  while (line[at] === ' ' || line[at] === '\t') at++
  return at
}

function readKey(line: string, start: number): { text: string; end: number; isQuoted: boolean } {
  if (line[start] === '"') return { ...readQuoted(line, start), isQuoted: true }
  LABEL_NAME.lastIndex = start
  const match = LABEL_NAME.exec(line)
  if (!match) throw new ExpositionError(start, 'expected a label name')
  return { text: match[0], end: LABEL_NAME.lastIndex, isQuoted: false }
}

function readQuoted(line: string, start: number): { text: string; end: number } {
  if (line[start] !== '"') throw new ExpositionError(start, 'expected a value in double quotes')
  let at = start + 1
  while (at < line.length && line[at] !== '"') at += line[at] === '\\' ? 2 : 1
  if (line[at] !== '"') throw new ExpositionError(start, 'this quote is never closed')
  const raw = line.slice(start + 1, at)
  return { text: raw.includes('\\') ? raw.replace(/\\([\\"n])/g, unescaped) : raw, end: at + 1 }
}

/** Only these three are escapes; a backslash before anything else stands for itself, as in Prometheus. */
function unescaped(_: string, character: string): string {
  return character === 'n' ? '\n' : character
}
