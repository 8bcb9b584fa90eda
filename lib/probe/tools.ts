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
 */
export function toolsHash(tools: readonly Tool[]): string {
  const lines = tools.map((tool) => canonical({ name: tool.name, in: tool.inputSchema, out: tool.outputSchema }))
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex').slice(0, 16)
}

/** JSON with sorted keys, without `$schema` and undefined values. Levels below 64 are left out: no real schema is deeper. */
export function canonical(value: unknown, depth = 0): string {
  if (depth > 64) return '"…"'
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(',')}]`
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null'
  const fields = Object.keys(value)
    .filter((key) => key !== '$schema' && value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key], depth + 1)}`)
  return `{${fields.join(',')}}`
}
