export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Deeper than any schema a person writes; what lies below is left out, so that no schema can exhaust the stack. */
const MAX_DEPTH = 64
const TEXT_KEYS = new Set(['title', 'description', '$comment', 'examples'])
/** Children of these are schemas by name, and a name may be "title" too. */
const SCHEMA_MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
const SCHEMA_LISTS = new Set(['anyOf', 'oneOf', 'allOf'])
const VALUES = new Set(['const', 'default', 'dependentRequired'])
const UNORDERED = new Set(['required', 'enum', 'type'])

/**
 * A JSON Schema in the one form that equal schemas share: keys sorted, lists whose order means nothing sorted, `$schema`
 * dropped (it differs between protocol versions), texts apart. `texts` has one line per title, description or example.
 */
export function canonicalSchema(schema: unknown): { shape: Json; texts: string[] } {
  const texts: string[] = []
  const shape = walk(schema, '', 0, texts)
  return { shape, texts: texts.sort() }
}

function walk(part: unknown, path: string, depth: number, texts: string[]): Json {
  if (depth > MAX_DEPTH) return '…'
  if (Array.isArray(part)) return part.map((item, index) => walk(item, `${path}/${index}`, depth + 1, texts))
  if (typeof part !== 'object' || part === null) return scalar(part)
  const entries = Object.entries(part).flatMap(([key, value]): [string, Json][] => {
    if (key === '$schema' || (key === 'required' && Array.isArray(value) && value.length === 0)) return []
    const below = `${path}/${key}`
    if (!TEXT_KEYS.has(key)) return [[key, keyword(key, value, below, depth, texts)]]
    texts.push(`${below}=${stableJson(value)}`)
    return []
  })
  return Object.fromEntries(entries.sort(byKey))
}

function keyword(key: string, value: unknown, path: string, depth: number, texts: string[]): Json {
  if (VALUES.has(key)) return sortKeys(value, depth)
  if (UNORDERED.has(key)) return unordered(sortKeys(value, depth))
  if (SCHEMA_LISTS.has(key)) return unordered(walk(value, path, depth + 1, texts))
  if (!SCHEMA_MAPS.has(key) || typeof value !== 'object' || value === null) return walk(value, path, depth + 1, texts)
  const named = Object.entries(value).map(([name, child]): [string, Json] => [
    name,
    walk(child, `${path}/${name}`, depth + 2, texts),
  ])
  return Object.fromEntries(named.sort(byKey))
}

/** JSON with sorted keys: the same text for equal values. */
export function stableJson(value: unknown): string {
  return JSON.stringify(sortKeys(value, 0))
}

function sortKeys(value: unknown, depth: number): Json {
  if (depth > MAX_DEPTH) return '…'
  if (Array.isArray(value)) return value.map((item) => sortKeys(item, depth + 1))
  if (typeof value !== 'object' || value === null) return scalar(value)
  const entries = Object.entries(value).map(([key, child]): [string, Json] => [key, sortKeys(child, depth + 1)])
  return Object.fromEntries(entries.sort(byKey))
}

function unordered(list: Json): Json {
  if (!Array.isArray(list)) return list
  const keyed = list.map((item) => [JSON.stringify(item), item] as const)
  return keyed.sort(byKey).map(([, item]) => item)
}

function scalar(value: unknown): Json {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** By code units, which no locale changes. */
function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
