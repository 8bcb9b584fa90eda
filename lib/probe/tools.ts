import { createHash } from 'node:crypto'
import { isRecord } from './json-rpc.ts'

/** One tool as the server lists it; everything but the name is the server's own. */
export type Tool = Record<string, unknown> & { name: string }

/** Tools of one page of `tools/list`; undefined when it is no list of named tools. */
export function readTools(result: unknown): { tools: Tool[]; nextCursor?: string } | undefined {
  if (!isRecord(result) || !Array.isArray(result.tools) || !result.tools.every(isTool)) return undefined
  const cursor = result.nextCursor
  return { tools: result.tools, ...(typeof cursor === 'string' && cursor !== '' && { nextCursor: cursor }) }
}

const isTool = (tool: unknown): tool is Tool => isRecord(tool) && typeof tool.name === 'string'

/**
 * Hash over the set of tools: name, inputSchema and outputSchema of each in canonical form. Key order, tool order and
 * `$schema` do not count, so that it is equal in both eras and behind proxies. 16 hexadecimal digits of SHA-256.
 * `text` is the answer they were read from, if it was one.
 */
export function toolsHash(tools: readonly Tool[], text?: string): string {
  const known = text && hashes.get(text)
  if (known) return known
  const hash = hashOf(tools)
  if (hashes.size >= MAX_HASHES) hashes.clear()
  if (text && text.length <= MAX_CACHED_LENGTH) hashes.set(text, hash)
  return hash
}

/** A warm function hears the same answer minute by minute; sorting the lists is the dearest part of a probe. */
const hashes = new Map<string, string>()
const MAX_HASHES = 500
const MAX_CACHED_LENGTH = 32_768

function hashOf(tools: readonly Tool[]): string {
  const lines = tools.map((tool) => canonical({ name: tool.name, in: tool.inputSchema, out: tool.outputSchema }))
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex').slice(0, 16)
}

/** JSON with sorted keys, without `$schema` and undefined values. Levels below 64 are left out: no real schema is deeper. */
export function canonical(value: unknown, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (depth > 64) return '"…"'
  let text = ''
  // Plain loops: this runs over every schema of every server each minute.
  if (Array.isArray(value)) {
    for (const item of value) text += `${text && ','}${canonical(item, depth + 1)}`
    return `[${text}]`
  }
  const fields = value as Record<string, unknown>
  for (const key of Object.keys(fields).sort()) {
    const field = fields[key]
    if (field !== undefined && key !== '$schema') text += `${text && ','}${quoted(key)}:${canonical(field, depth + 1)}`
  }
  return `{${text}}`
}

const PLAIN = /^[\w-]*$/
const quoted = (key: string) => (PLAIN.test(key) ? `"${key}"` : JSON.stringify(key))
