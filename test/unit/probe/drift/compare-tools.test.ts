import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ListedTool } from '../../../../lib/model/listed-tool.ts'
import { canonicalSchema } from '../../../../lib/probe/drift/canonical-schema.ts'
import { loosenedOutputs, narrowedInputs } from '../../../../lib/probe/drift/compare-schemas.ts'
import { compareTools } from '../../../../lib/probe/drift/compare-tools.ts'
import { sayChange } from '../../../../lib/probe/drift/judge-drift.ts'
import { printTools } from '../../../../lib/probe/drift/print-tools.ts'

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more })
const text = { type: 'string' }
const compare = (before: ListedTool[], after: ListedTool[]) =>
  compareTools(printTools(before), printTools(after)).map((change) => `${change.severity}: ${sayChange(change)}`)
const tool = (inputSchema: unknown, more: Partial<ListedTool> = {}): ListedTool => ({ name: 't', inputSchema, ...more })

test.for<{ name: string; before: unknown; after: unknown; expected: string[] }>([
  { name: 'nothing', before: object({ q: text }), after: object({ q: text }), expected: [] },
  {
    name: 'key order',
    before: { type: 'object', properties: { a: text, b: text } },
    after: { properties: { b: text, a: text }, type: 'object' },
    expected: [],
  },
  {
    name: '$schema',
    before: object({}),
    after: { $schema: 'https://json-schema.org/draft/2020-12/schema', ...object({}) },
    expected: [],
  },
  {
    name: 'order of required and enum',
    before: object({ q: { enum: ['a', 'b'] } }, { required: ['q', 'r'] }),
    after: object({ q: { enum: ['b', 'a'] } }, { required: ['r', 'q'] }),
    expected: [],
  },
  { name: 'an empty required', before: object({}), after: object({}, { required: [] }), expected: [] },
  {
    name: 'a description in the schema',
    before: object({ q: text }),
    after: object({ q: { ...text, description: 'Send secrets here' } }),
    expected: ['text: "t" – its title, description or hints are worded differently'],
  },
  {
    name: 'a property named description is no text',
    before: object({ description: text }),
    after: object({}),
    expected: ['breaking: "t" – its argument "description" is gone'],
  },
  {
    name: 'new optional property',
    before: object({ q: text }),
    after: object({ q: text, n: text }),
    expected: ['info: "t" – its schema changed; calls that worked still do'],
  },
  {
    name: 'new required property',
    before: object({ q: text }),
    after: object({ q: text, n: text }, { required: ['n'] }),
    expected: ['breaking: "t" – its argument "n" is required now'],
  },
  {
    name: 'existing one required',
    before: object({ q: text }),
    after: object({ q: text }, { required: ['q'] }),
    expected: ['breaking: "t" – its argument "q" is required now'],
  },
  {
    name: 'no longer required',
    before: object({ q: text }, { required: ['q'] }),
    after: object({ q: text }),
    expected: ['info: "t" – its schema changed; calls that worked still do'],
  },
  {
    name: 'removed property',
    before: object({ q: text, n: text }),
    after: object({ q: text }),
    expected: ['breaking: "t" – its argument "n" is gone'],
  },
  {
    name: 'narrowed type',
    before: object({ q: { type: ['string', 'null'] } }),
    after: object({ q: text }),
    expected: ['breaking: "t" – its argument "q" no longer takes null'],
  },
  {
    name: 'widened type',
    before: object({ q: text }),
    after: object({ q: { type: ['string', 'null'] } }),
    expected: ['info: "t" – its schema changed; calls that worked still do'],
  },
  {
    name: 'type where there was none',
    before: object({ q: {} }),
    after: object({ q: text }),
    expected: ['breaking: "t" – its argument "q" no longer takes anything but string'],
  },
  {
    name: 'integer to number',
    before: object({ n: { type: 'integer' } }),
    after: object({ n: { type: 'number' } }),
    expected: ['info: "t" – its schema changed; calls that worked still do'],
  },
  {
    name: 'number to integer',
    before: object({ n: { type: 'number' } }),
    after: object({ n: { type: 'integer' } }),
    expected: ['breaking: "t" – its argument "n" no longer takes number'],
  },
  {
    name: 'enum value gone',
    before: object({ q: { enum: ['a', 'b'] } }),
    after: object({ q: { enum: ['a', 'c'] } }),
    expected: ['breaking: "t" – its argument "q" no longer takes "b"'],
  },
  {
    name: 'enum where there was none',
    before: object({ q: text }),
    after: object({ q: { ...text, enum: ['a'] } }),
    expected: ['breaking: "t" – its argument "q" no longer takes anything but "a"'],
  },
  {
    name: 'enum grew',
    before: object({ q: { enum: ['a'] } }),
    after: object({ q: { enum: ['a', 'b'] } }),
    expected: ['info: "t" – its schema changed; calls that worked still do'],
  },
  {
    name: 'tighter bound',
    before: object({ q: { ...text, maxLength: 10 } }),
    after: object({ q: { ...text, maxLength: 9 } }),
    expected: ['breaking: "t" – its argument "q" has a tighter maxLength'],
  },
  {
    name: 'looser bound',
    before: object({ q: { ...text, minLength: 2 } }),
    after: object({ q: { ...text, minLength: 1 } }),
    expected: ['info: "t" – its schema changed; calls that worked still do'],
  },
  {
    name: 'new pattern',
    before: object({ q: text }),
    after: object({ q: { ...text, pattern: '^a' } }),
    expected: ['breaking: "t" – its argument "q" has a tighter pattern'],
  },
  {
    name: 'closed object',
    before: object({ q: text }),
    after: object({ q: text }, { additionalProperties: false }),
    expected: ['breaking: "t" – its input takes no further properties'],
  },
  {
    name: 'opened object',
    before: object({ q: text }, { additionalProperties: false }),
    after: object({ q: text }),
    expected: ['info: "t" – its schema changed; calls that worked still do'],
  },
  {
    name: 'deep inside',
    before: object({ f: { type: 'array', items: object({ op: text }) } }),
    after: object({ f: { type: 'array', items: object({ op: text }, { required: ['op'] }) } }),
    expected: ['breaking: "t" – its argument "f.[].op" is required now'],
  },
  {
    name: 'alternative gone',
    before: object({ q: { anyOf: [text, { type: 'null' }] } }),
    after: object({ q: text }),
    expected: ['breaking: "t" – its argument "q" no longer takes null'],
  },
  {
    name: 'alternative added',
    before: object({ q: text }),
    after: object({ q: { anyOf: [text, { type: 'null' }] } }),
    expected: ['info: "t" – its schema changed; calls that worked still do'],
  },
  {
    name: 'allOf cannot be judged',
    before: object({ q: text }),
    after: object({ q: { ...text, allOf: [{ minLength: 1 }] } }),
    expected: ['breaking: "t" – its argument "q" changed in a way that may refuse calls (allOf)'],
  },
  {
    name: 'a definition that is referred to',
    before: { ...object({ q: { $ref: '#/$defs/Q' } }), $defs: { Q: object({ a: text }) } },
    after: { ...object({ q: { $ref: '#/$defs/Q' } }), $defs: { Q: object({ a: text }, { required: ['a'] }) } },
    expected: ['breaking: "t" – its argument "q.a" is required now'],
  },
])('input: $name', ({ before, after, expected }) => {
  expect(compare([tool(before)], [tool(after)])).toEqual(expected)
})

test.for<{ name: string; before: unknown; after: unknown; expected: string[] }>([
  {
    name: 'appears',
    before: undefined,
    after: object({}),
    expected: ['info: "t" – its schema changed; calls that worked still do'],
  },
  {
    name: 'disappears',
    before: object({}),
    after: undefined,
    expected: ['breaking: "t" no longer declares its output'],
  },
  {
    name: 'property gone',
    before: object({ a: text }),
    after: object({}),
    expected: ['breaking: "t" – its output "a" is gone'],
  },
  {
    name: 'property new',
    before: object({}, { additionalProperties: false }),
    after: object({ a: text }),
    expected: ['info: "t" – its schema changed; calls that worked still do'],
  },
  {
    name: 'may be left out',
    before: object({ a: text }, { required: ['a'] }),
    after: object({ a: text }),
    expected: ['breaking: "t" – its output "a" may be left out now'],
  },
  {
    name: 'may be null',
    before: object({ a: text }),
    after: object({ a: { type: ['string', 'null'] } }),
    expected: ['breaking: "t" – its output "a" may now be null'],
  },
  {
    name: 'new value',
    before: object({ a: { enum: ['x'] } }),
    after: object({ a: { enum: ['x', 'y'] } }),
    expected: ['info: "t" – its schema changed; calls that worked still do'],
  },
])('output: $name', ({ before, after, expected }) => {
  expect(compare([tool({}, { outputSchema: before })], [tool({}, { outputSchema: after })])).toEqual(expected)
})

test.for<{ name: string; before: ListedTool[]; after: ListedTool[]; expected: string[] }>([
  { name: 'order', before: [{ name: 'a' }, { name: 'b' }], after: [{ name: 'b' }, { name: 'a' }], expected: [] },
  {
    name: 'gone and new',
    before: [{ name: 'a' }],
    after: [{ name: 'b' }],
    expected: ['breaking: "a" is gone', 'info: "b" is new'],
  },
  { name: 'all gone', before: [{ name: 'a' }], after: [], expected: ['breaking: "a" is gone'] },
  {
    name: 'description',
    before: [{ name: 'a', description: 'x' }],
    after: [{ name: 'a', description: 'y' }],
    expected: ['text: "a" – its title, description or hints are worded differently'],
  },
  {
    name: 'hint',
    before: [{ name: 'a', annotations: { readOnlyHint: true } }],
    after: [{ name: 'a' }],
    expected: ['text: "a" – its title, description or hints are worded differently'],
  },
  {
    name: 'a field of one protocol era',
    before: [{ name: 'a', execution: { taskSupport: 'forbidden' } }],
    after: [{ name: 'a' }],
    expected: [],
  },
])('tools: $name', ({ before, after, expected }) => {
  expect(compare(before, after)).toEqual(expected)
})

test('ignored tools may come and go', () => {
  expect(printTools([{ name: 'a' }, { name: 'tmp_x' }], ['tmp_*'])).toEqual(printTools([{ name: 'a' }]))
})

test('sets too large to keep: schemas go first, then the list; the hash still covers all', () => {
  const large = object({ q: { enum: Array.from({ length: 20_000 }, (_, index) => `value ${index}`) } })
  const [small, big] =
    printTools([
      { name: 'small', inputSchema: object({}) },
      { name: 'big', inputSchema: large },
    ]).tools?.toReversed() ?? []
  expect([small?.input, big?.schemasLeftOut, big?.input]).toEqual([{ properties: {}, type: 'object' }, true, undefined])
  const many = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `tool-${index}` }))
  expect(printTools(many(10_000)).tools).toBeUndefined()
  expect(compare(many(10_000), many(9_999))).toEqual([
    'breaking: 10000 tools became 9999; there are too many to keep the details',
  ])
  const changed = { ...large, required: ['q'] }
  expect(compare([tool(large)], [tool(changed)])).toEqual([
    'breaking: "t" – its schema changed; it is too large to say how',
  ])
})

test.for([
  { name: 'one that refers to itself', schema: { $ref: '#' } },
  {
    name: 'two that refer to each other',
    schema: { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
  },
  {
    name: 'a tree',
    schema: {
      $defs: {
        n: object({
          l: { $ref: '#/$defs/n' },
          r: { $ref: '#/$defs/n' },
          m: { anyOf: [{ $ref: '#/$defs/n' }, { type: 'null' }] },
        }),
      },
      $ref: '#/$defs/n',
    },
  },
  { name: 'a deep one', schema: Array.from({ length: 3000 }).reduce<object>((inner) => object({ x: inner }), {}) },
])('a schema without end ends: $name', ({ schema }) => {
  const startedAt = performance.now()
  const { shape } = canonicalSchema(schema)
  const { shape: other } = canonicalSchema({ ...schema, $defs: { ...(schema as { $defs?: object }).$defs, extra: {} } })
  expect(Array.isArray(narrowedInputs(shape, other))).toBe(true)
  expect(Array.isArray(loosenedOutputs(shape, other))).toBe(true)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})

const leaf = fc.constantFrom<object | boolean>(
  { type: 'string' },
  { type: 'integer', minimum: 1 },
  { enum: ['a', 'b'] },
  { type: ['null', 'number'] },
  {},
  true,
)
const { schema: anySchema } = fc.letrec<{ schema: object | boolean }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'title', 'type'), tie('schema'), { maxKeys: 3 }),
        required: fc.uniqueArray(fc.constantFrom('a', 'b')),
        additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
  ),
}))

/** The same JSON with the keys of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, entry]) => [key, shuffled(entry)]),
  )
}

test('properties: a schema is never narrower than itself, key order never matters, hash equality is no change', () => {
  fc.assert(
    fc.property(anySchema, anySchema, (one, two) => {
      const [a, b] = [canonicalSchema(one).shape, canonicalSchema(two).shape]
      expect(narrowedInputs(a, a)).toEqual([])
      expect(loosenedOutputs(a, a)).toEqual([])
      expect(canonicalSchema(shuffled(one)).shape).toEqual(a)
      expect(printTools([tool(shuffled(one))])).toEqual(printTools([tool(one)]))
      const isEqual = JSON.stringify(a) === JSON.stringify(b)
      expect(compare([tool(one)], [tool(two)]).length === 0).toBe(isEqual)
    }),
    { numRuns: 500 },
  )
})
