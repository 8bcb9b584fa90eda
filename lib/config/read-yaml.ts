import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml'
import * as z from 'zod'
import type { Problem } from '../model/problem.ts'
import { offsetInScalar } from './scalar-offset.ts'
import { didYouMean } from './suggest.ts'

type Path = readonly PropertyKey[]

/** A YAML file read against a schema. `value` is there only when nothing is wrong. */
export interface YamlFile<T> {
  value?: T
  problems: Problem[]
  /** A problem at the key or item the path leads to, or at the nearest parent that exists. */
  problemAt(path: Path, message: string, severity?: Problem['severity']): Problem
  /** Line and column (from 1) where the value at the path starts; for block scalars the `|` itself. */
  positionOf(path: Path): { line: number; column: number }
  /** A problem at one character of the text the path leads to, also inside block scalars and quotes. */
  problemInside(path: Path, index: number, message: string, severity?: Problem['severity']): Problem
}

export interface ReadOptions {
  /** `text` leaves every scalar the text it is in the file (`1.0` stays "1.0"), as Go programs read labels. */
  scalars?: 'typed' | 'text'
}

/**
 * Parses YAML 1.2 and holds it against a zod schema. Syntax errors, duplicate keys, unknown keys and wrong types become
 * problems with file, line, column and, for unknown keys, the likely meant one. Never throws for bad input.
 */
export function readYaml<S extends z.ZodType>(
  file: string,
  text: string,
  schema: S,
  options: ReadOptions = {},
): YamlFile<z.output<S>> {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: true,
    ...(options.scalars === 'text' ? { schema: 'failsafe', customTags: ['null', 'merge'] } : {}),
  })
  const positionAt = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problem = (offset: number, message: string, severity: Problem['severity'] = 'error'): Problem => ({
    severity,
    file,
    ...positionAt(offset),
    message,
  })
  const root = document.contents
  const result: YamlFile<z.output<S>> = {
    problems: document.errors.map((error) => problem(error.pos[0], error.message)),
    problemAt: (path, message, severity) => problem(offsetOf(root, path, 'key'), message, severity),
    positionOf: (path) => positionAt(offsetOf(root, path, 'value')),
    problemInside: (path, index, message, severity) => {
      const node = document.getIn(path, true)
      const offset = isScalar(node) ? offsetInScalar(text, node, index) : offsetOf(root, path, 'value')
      return problem(offset, message, severity)
    },
  }
  if (result.problems.length > 0) return result
  const written = toPlain(document)
  if (!written) {
    result.problems = [problem(0, 'aliases (*name) repeat too much here; write the values out')]
    return result
  }
  const parsed = schema.safeParse(written.value ?? {})
  if (parsed.success) result.value = parsed.data
  else result.problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, schema, result))
  return result
}

/** Undefined: aliases of aliases would grow beyond bounds. */
function toPlain(document: Document.Parsed): { value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) }
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType, file: YamlFile<unknown>): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path)
    return issue.keys.map((key) =>
      file.problemAt([...issue.path, key], `unknown key "${key}"${didYouMean(key, known)}`),
    )
  }
  const name = issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''
  return [file.problemAt(issue.path, `${name}${issue.message.replace(/^Invalid input: /, '')}`)]
}

function offsetOf(root: Node | null, path: Path, wanted: 'key' | 'value'): number {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const step of path) {
    const child = childOf(node, step)
    if (!child) break
    const [key, value] = isPair(child) ? [child.key, child.value] : [child, child]
    offset = (wanted === 'value' ? startOf(value) : undefined) ?? startOf(key) ?? offset
    node = value
  }
  return offset
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

function childOf(node: unknown, step: PropertyKey): Pair | Node | undefined {
  if (isMap(node)) {
    return node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(step))
  }
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step]
    return isNode(item) ? item : undefined
  }
  return undefined
}

/** Keys that a strict object anywhere in the schema would take at this path. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let candidates = unwrap(schema)
  for (const step of path) candidates = candidates.flatMap((candidate) => stepInto(candidate, step))
  return [
    ...new Set(
      candidates.flatMap((candidate) => (candidate instanceof z.ZodObject ? Object.keys(candidate.shape) : [])),
    ),
  ]
}

function stepInto(schema: z.ZodType, step: PropertyKey): z.ZodType[] {
  if (schema instanceof z.ZodObject) {
    const child = schema.shape[String(step)]
    return child ? unwrap(child as z.ZodType) : []
  }
  if (schema instanceof z.ZodArray) return unwrap(schema.element as z.ZodType)
  if (schema instanceof z.ZodRecord) return unwrap(schema.valueType as z.ZodType)
  return []
}

function unwrap(schema: z.ZodType): z.ZodType[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrap(schema.unwrap() as z.ZodType)
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType)
  if (schema instanceof z.ZodLazy) return unwrap(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => unwrap(option as z.ZodType))
  return [schema]
}
