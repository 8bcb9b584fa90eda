import { createHash } from 'node:crypto'
import picomatch from 'picomatch'
import type { ToolPrint, ToolSet } from '../../model/drift.ts'
import type { ListedTool } from '../../model/listed-tool.ts'
import { canonicalSchema, stableJson } from './canonical-schema.ts'

/** Room for one set in an item of at most 400 KB that holds two of them. */
const MAX_BYTES = 150_000

/**
 * The canonical print of a server's tools, the same for every protocol era, transport and order. Tools matching `ignore`
 * (glob patterns) are left out. The set's hashes always cover every tool; schemas, then the list itself, are left out
 * where they would not fit into storage.
 */
export function printTools(tools: readonly ListedTool[], ignore: readonly string[] = []): ToolSet {
  const isIgnored = ignore.length > 0 ? picomatch([...ignore]) : () => false
  const prints = tools
    .filter(({ name }) => !isIgnored(name))
    .map(printTool)
    .sort((a, b) => compare(a.name, b.name) || compare(a.hash, b.hash) || compare(a.textHash, b.textHash))
  const fitted = withinLimit(prints)
  return {
    hash: hashOf(prints.map(({ hash }) => hash)),
    textHash: hashOf(prints.map(({ textHash }) => textHash)),
    count: prints.length,
    ...(fitted && { tools: fitted }),
  }
}

function printTool(tool: ListedTool): ToolPrint {
  const input = canonicalSchema(tool.inputSchema)
  const output = tool.outputSchema === undefined ? undefined : canonicalSchema(tool.outputSchema)
  const { name, title = null, description = null, annotations = null } = tool
  return {
    name,
    hash: hashOf([name, input.shape, output?.shape ?? null]),
    textHash: hashOf([name, title, description, annotations, input.texts, output?.texts ?? []]),
    input: input.shape,
    ...(output && { output: output.shape }),
  }
}

/** Leaves out the largest schemas first; undefined when not even names and hashes fit. */
function withinLimit(prints: ToolPrint[]): ToolPrint[] | undefined {
  const sizes = prints.map((print, index) => ({ index, bytes: Buffer.byteLength(JSON.stringify(print)) }))
  let total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  const bare = new Set<number>()
  for (const { index, bytes } of sizes.sort((a, b) => b.bytes - a.bytes)) {
    if (total <= MAX_BYTES) break
    bare.add(index)
    total -= bytes - Buffer.byteLength(JSON.stringify(withoutSchemas(prints[index])))
  }
  if (total > MAX_BYTES) return undefined
  return prints.map((print, index) => (bare.has(index) ? (withoutSchemas(print) ?? print) : print))
}

function withoutSchemas(print: ToolPrint | undefined): ToolPrint | undefined {
  return print && { name: print.name, hash: print.hash, textHash: print.textHash, schemasLeftOut: true }
}

/** 128 bits of SHA-256 in hexadecimal. */
function hashOf(value: unknown): string {
  return createHash('sha256').update(stableJson(value)).digest('hex').slice(0, 32)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
