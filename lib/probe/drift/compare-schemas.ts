import { type Json, stableJson } from './canonical-schema.ts'

/** One way in which a value that was right may now be wrong. `path` is dotted, empty for the schema itself. */
export interface Narrowing {
  path: string
  kind: 'required' | 'removed' | 'type' | 'enum' | 'bound' | 'closed' | 'other'
  /** Types, values or keyword concerned. */
  detail: string
}

type Schema = { [key: string]: Json }
type Side = 'input' | 'output'

interface Roots {
  before: Json | undefined
  after: Json | undefined
  side: Side
  hasSameDefinitions: boolean
  /** Characters left to compare: schemas that refer to themselves could otherwise be unfolded without end. */
  budget: { left: number }
}

const LOWER_BOUNDS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains']
const UPPER_BOUNDS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains']
const FIXED = ['pattern', 'format', 'multipleOf', 'uniqueItems', 'contentEncoding', 'contentMediaType']
/** Keywords whose effect is not worked out: any difference may narrow. */
const OPAQUE = [
  'allOf',
  'prefixItems',
  'not',
  'if',
  'then',
  'else',
  'patternProperties',
  'propertyNames',
  'contains',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedProperties',
  'unevaluatedItems',
]
const ALL_TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']
const MAX_DEPTH = 32

/** How an input schema accepts less than before, so that calls which worked may be refused. */
export function narrowedInputs(before: Json | undefined, after: Json | undefined): Narrowing[] {
  return narrowed(before, after, '', rootsOf(before, after, 'input'), 0)
}

/**
 * How an output schema promises less than before, so that callers may meet what they never had to expect. This is
 * narrowing seen the other way round: what may come now must have been allowed before.
 */
export function loosenedOutputs(before: Json | undefined, after: Json | undefined): Narrowing[] {
  return narrowed(after, before, '', rootsOf(after, before, 'output'), 0)
}

/** Ways in which `wide` accepts something that `narrow` does not. */
function narrowed(
  wideRaw: Json | undefined,
  narrowRaw: Json | undefined,
  path: string,
  roots: Roots,
  depth: number,
): Narrowing[] {
  const [wideText, narrowText] = [stableJson(wideRaw), stableJson(narrowRaw)]
  if (roots.hasSameDefinitions && wideText === narrowText) return []
  roots.budget.left -= 1000 + wideText.length + narrowText.length
  if (roots.budget.left < 0) return [{ path, kind: 'other', detail: 'size' }]
  const wide = resolve(wideRaw, roots.before)
  const narrow = resolve(narrowRaw, roots.after)
  if (wide === false || narrow === true) return []
  if (narrow === false) return [{ path, kind: 'other', detail: 'false' }]
  const from: Schema = wide === true ? {} : wide
  if (depth > MAX_DEPTH)
    return stableJson(from) === stableJson(narrow) ? [] : [{ path, kind: 'other', detail: 'depth' }]
  const accepts = (a: Json, b: Json) => narrowed(a, b, path, roots, depth + 1).length === 0
  if (branchesOf(from) || branchesOf(narrow)) return narrowedUnion(from, narrow, path, accepts)
  const below = (a: Json | undefined, b: Json | undefined, step: string) =>
    narrowed(a, b, path === '' ? step : `${path}.${step}`, roots, depth + 1)
  return [
    ...narrowedTypes(from, narrow, path),
    ...narrowedValues(from, narrow, path),
    ...narrowedBounds(from, narrow, path),
    ...narrowedObject(from, narrow, path, roots.side, below),
    ...(narrow.items === undefined ? [] : below(from.items ?? true, narrow.items, '[]')),
    ...OPAQUE.filter((key) => narrow[key] !== undefined && stableJson(from[key]) !== stableJson(narrow[key])).map(
      (key): Narrowing => ({ path, kind: 'other', detail: key }),
    ),
  ]
}

function narrowedTypes(from: Schema, to: Schema, path: string): Narrowing[] {
  const allowed = typesOf(to)
  if (!allowed) return []
  const refused = (typesOf(from) ?? ALL_TYPES).filter(
    (type) => !allowed.includes(type) && !(type === 'integer' && allowed.includes('number')),
  )
  if (refused.length === 0) return []
  const detail = typesOf(from) ? refused.join(', ') : `anything but ${allowed.join(', ')}`
  return [{ path, kind: 'type', detail }]
}

function narrowedValues(from: Schema, to: Schema, path: string): Narrowing[] {
  const allowed = valuesOf(to)?.map(stableJson)
  if (!allowed) return []
  const before = valuesOf(from)?.map(stableJson)
  if (!before)
    return typesOf(from)?.join() === 'boolean' && allowed.length === 2
      ? []
      : [{ path, kind: 'enum', detail: `anything but ${allowed.join(', ')}` }]
  const refused = before.filter((value) => !allowed.includes(value))
  return refused.length === 0 ? [] : [{ path, kind: 'enum', detail: refused.join(', ') }]
}

function narrowedBounds(from: Schema, to: Schema, path: string): Narrowing[] {
  const tighter = [
    ...LOWER_BOUNDS.filter(
      (key) => number(to[key], Number.NEGATIVE_INFINITY) > number(from[key], Number.NEGATIVE_INFINITY),
    ),
    ...UPPER_BOUNDS.filter(
      (key) => number(to[key], Number.POSITIVE_INFINITY) < number(from[key], Number.POSITIVE_INFINITY),
    ),
    ...FIXED.filter(
      (key) => to[key] !== undefined && to[key] !== false && stableJson(from[key]) !== stableJson(to[key]),
    ),
  ]
  return tighter.map((key) => ({ path, kind: 'bound', detail: key }))
}

function narrowedObject(
  from: Schema,
  to: Schema,
  path: string,
  side: Side,
  below: (a: Json | undefined, b: Json | undefined, step: string) => Narrowing[],
): Narrowing[] {
  const [had, has] = [propertiesOf(from), propertiesOf(to)]
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  const required = listOf(to.required).filter((name) => !listOf(from.required).includes(name))
  // "from" is the newer one on the output side: a property is gone when only the older knows it.
  const [older, newer] = side === 'input' ? [had, has] : [has, had]
  const removed = Object.keys(older).filter((name) => !Object.hasOwn(newer, name))
  const closed = side === 'input' && to.additionalProperties === false && from.additionalProperties !== false
  const shared = Object.entries(has).filter(([name]) => Object.hasOwn(had, name))
  return [
    ...required
      .filter((name) => !removed.includes(name))
      .map((name): Narrowing => ({ path: at(name), kind: 'required', detail: '' })),
    ...removed.map((name): Narrowing => ({ path: at(name), kind: 'removed', detail: '' })),
    ...(closed ? [{ path, kind: 'closed', detail: '' } as const] : []),
    ...shared.flatMap(([name, schema]) => below(had[name], schema, name)),
    ...(isSchema(to.additionalProperties)
      ? below(from.additionalProperties ?? true, to.additionalProperties, '*')
      : []),
  ]
}

/** Each alternative that was accepted must be accepted by one of today's. What stands beside them holds for all. */
function narrowedUnion(from: Schema, to: Schema, path: string, accepts: (a: Json, b: Json) => boolean): Narrowing[] {
  const today = alternativesOf(to)
  const lost = alternativesOf(from).filter((old) => !today.some((branch) => accepts(old, branch)))
  return lost.map((branch) => ({ path, kind: 'type', detail: sayBranch(branch) }))
}

function alternativesOf(schema: Schema): Json[] {
  const { anyOf, oneOf, ...beside } = schema
  return (branchesOf(schema) ?? [beside]).map((branch) => (isSchema(branch) ? { ...beside, ...branch } : branch))
}

function sayBranch(branch: Json): string {
  const types = isSchema(branch) ? typesOf(branch) : undefined
  return types?.join(', ') ?? 'one of its alternatives'
}

/** Follows a reference into the schema's own definitions; foreign ones stay as they are. */
function resolve(schema: Json | undefined, root: Json | undefined): Schema | boolean {
  let current = schema
  for (let hops = 0; hops < 8 && isSchema(current) && typeof current.$ref === 'string'; hops++) {
    const { $ref, ...rest } = current
    if (!$ref.startsWith('#')) return current
    const steps = $ref.slice(1).split('/').filter(Boolean)
    const target = steps.reduce<Json | undefined>(
      (at, step) => (isSchema(at) ? at[unescapePointer(step)] : undefined),
      root,
    )
    current = isSchema(target) ? { ...target, ...rest } : target
  }
  return isSchema(current) ? current : current !== false
}

function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** Equal text means equal schema only while what it refers to is equal too. */
function rootsOf(before: Json | undefined, after: Json | undefined, side: Side): Roots {
  const definitions = (root: Json | undefined) =>
    isSchema(root) ? stableJson([root.$defs ?? null, root.definitions ?? null]) : ''
  const hasSameDefinitions = definitions(before) === definitions(after)
  return { before, after, side, hasSameDefinitions, budget: { left: 10_000_000 } }
}

function isSchema(value: Json | undefined): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function branchesOf(schema: Schema): Json[] | undefined {
  const branches = schema.anyOf ?? schema.oneOf
  return Array.isArray(branches) ? branches : undefined
}

function typesOf(schema: Schema): string[] | undefined {
  if (typeof schema.type === 'string') return [schema.type]
  return Array.isArray(schema.type) ? listOf(schema.type) : undefined
}

function valuesOf(schema: Schema): Json[] | undefined {
  if (schema.const !== undefined) return [schema.const]
  return Array.isArray(schema.enum) ? schema.enum : undefined
}

function propertiesOf(schema: Schema): Schema {
  return isSchema(schema.properties) ? schema.properties : {}
}

function listOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

function number(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
