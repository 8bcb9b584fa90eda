import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeBlock } from '../../../../lib/metrics/block-codec.ts'
import type { Block, Observation } from '../../../../lib/model/sample.ts'
import { evaluateInstant } from '../../../../lib/rules/promql/evaluate.ts'
import { parseExpression } from '../../../../lib/rules/promql/parse.ts'
import { isStaleAt } from '../../../../lib/rules/promql/staleness.ts'
import { SeriesStore } from '../../../../lib/rules/store/series-store.ts'

const MINUTE = 60_000
const X = [{ name: '__name__', op: '=' as const, value: 'x' }]

const seen = (target: string, minute: number, names: Record<string, number>): Observation => ({
  target,
  at: minute * MINUTE,
  samples: Object.entries(names).map(([name, value]) => ({ labels: { __name__: name, target }, value })),
})
const block = (minute: number, batch: string, observations: Observation[]): Block => ({
  minute: new Date(minute * MINUTE).toISOString().slice(0, 16),
  source: 'poll',
  batch,
  observations,
})

/** What a selector of x sees: `minute=value`, `minute=stale` for a marker. */
function held(store: SeriesStore): string[] {
  return store
    .select(X, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
    .map(({ timestamps, values }) =>
      [...timestamps]
        .map((time, index) => `${time / MINUTE}=${isStaleAt(values, index) ? 'stale' : values[index]}`)
        .join(' '),
    )
}

const storeOf = (...blocks: Block[]) => {
  const store = new SeriesStore({ retentionMs: 60 * MINUTE })
  for (const one of blocks) store.addBlock(one)
  return store
}

test.for<{ name: string; blocks: Block[]; expected: string[] }>([
  { name: 'nothing', blocks: [], expected: [] },
  {
    name: 'samples in order',
    blocks: [block(1, 'a', [seen('s', 1, { x: 1 })]), block(2, 'a', [seen('s', 2, { x: 2 })])],
    expected: ['1=1 2=2'],
  },
  {
    name: 'a block twice changes nothing',
    blocks: [block(1, 'a', [seen('s', 1, { x: 1 })]), block(1, 'a', [seen('s', 1, { x: 7 })])],
    expected: ['1=1'],
  },
  {
    name: 'of two samples with one time the first stays',
    blocks: [block(1, 'a', [seen('s', 1, { x: 1 })]), block(1, 'b', [seen('s', 1, { x: 7 })])],
    expected: ['1=1'],
  },
  {
    name: 'an older block that comes late',
    blocks: [3, 1, 2].map((minute) => block(minute, 'a', [seen('s', minute, { x: minute })])),
    expected: ['1=1 2=2 3=3'],
  },
  {
    name: 'a series its target lacks has ended, once',
    blocks: [{ x: 1 }, { y: 1 }, { y: 1 }, { x: 4 }].map((names, index) =>
      block(index, 'a', [seen('s', index, names as Record<string, number>)]),
    ),
    expected: ['0=1 1=stale 3=4'],
  },
  {
    name: 'a target without any sample ends its series',
    blocks: [block(1, 'a', [seen('s', 1, { x: 1 })]), block(2, 'a', [seen('s', 2, {})])],
    expected: ['1=1 2=stale'],
  },
  {
    name: 'another target ends nothing',
    blocks: [block(1, 'a', [seen('s', 1, { x: 1 })]), block(2, 'a', [seen('t', 2, { y: 1 })])],
    expected: ['1=1'],
  },
  {
    name: 'a late block that fills the gap takes the marker away',
    blocks: [
      block(1, 'a', [seen('s', 1, { x: 1 })]),
      block(2, 'a', [seen('s', 2, { y: 1 })]),
      block(2, 'b', [seen('s', 2, { x: 2 })]),
    ],
    expected: ['1=1 2=2'],
  },
])('$name', ({ blocks, expected }) => {
  expect(held(storeOf(...blocks))).toEqual(expected)
})

test('a marker that was read is taken away by a late sample', () => {
  const store = storeOf(block(1, 'a', [seen('s', 1, { x: 1 })]), block(2, 'a', [seen('s', 2, { y: 1 })]))
  expect(held(store)).toEqual(['1=1 2=stale'])
  store.addBlock(block(2, 'b', [seen('s', 2, { x: 2 })]))
  expect(held(store)).toEqual(['1=1 2=2'])
  store.addBlock(block(3, 'a', [seen('s', 3, { y: 1 })]))
  expect(held(store)).toEqual(['1=1 2=2 3=stale'])
})

test('samples older than the retention are forgotten, and stay so', () => {
  const store = new SeriesStore({ retentionMs: 10 * MINUTE })
  const blocks = Array.from({ length: 200 }, (_, minute) => block(minute, 'a', [seen('s', minute, { x: minute })]))
  for (const [minute, one] of blocks.entries()) {
    store.addBlock(one)
    store.forget(minute * MINUTE)
  }
  expect(held(store)).toEqual([Array.from({ length: 10 }, (_, index) => `${index + 190}=${index + 190}`).join(' ')])
  expect(store.has('1970-01-01T03:10#poll#a')).toBe(true)
  expect(store.has('1970-01-01T00:00#poll#a')).toBe(false)
  store.addSamples([{ labels: { __name__: 'x', target: 's' }, value: 5 }], 3 * MINUTE, 's')
  expect(held(store)[0]?.startsWith('190=')).toBe(true)
  store.forget(1000 * MINUTE)
  expect(store.size).toBe(0)
})

test('each recording rule is a target of its own: what it no longer gives has ended', () => {
  const store = storeOf()
  store.addSamples([{ labels: { __name__: 'x', a: '1' }, value: 1 }], 1 * MINUTE, 'rule 1')
  store.addSamples([{ labels: { __name__: 'y' }, value: 1 }], 2 * MINUTE, 'rule 2')
  expect(held(store)).toEqual(['1=1'])
  store.addSamples([], 2 * MINUTE, 'rule 1')
  expect(held(store)).toEqual(['1=1 2=stale'])
})

test('selects by name and by any label, with all four matchers', () => {
  const store = storeOf(block(1, 'a', [seen('s', 1, { x: 1, y: 2 }), seen('t', 1, { x: 3 })]))
  const sum = (text: string) => {
    const parsed = parseExpression(text)
    const value = 'expression' in parsed && evaluateInstant(parsed.expression, store, MINUTE)
    return value && value.type === 'vector' ? value.samples[0]?.value : undefined
  }
  expect(sum('sum(x)')).toBe(4)
  expect(sum('sum({target="s"})')).toBe(3)
  expect(sum('sum({target!="s", __name__=~".+"})')).toBe(3)
  expect(sum('sum({__name__=~"x|y", target=~"s|t"})')).toBe(6)
  expect(sum('sum({__name__!~"x|z", target=~".+", missing=""})')).toBe(2)
  expect(sum('sum(z)')).toBeUndefined()
})

test('parts in any order, any of them twice, hold the same as whole blocks in order', () => {
  const names = fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.double())
  const minutes = fc.array(fc.tuple(names, names), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(minutes, fc.infiniteStream(fc.nat()), (rows, order) => {
      const blocks = rows.map(([s, t], minute) => block(minute, 'a', [seen('s', minute, s), seen('t', minute, t)]))
      const parts = blocks.flatMap((one) =>
        encodeBlock(one).map((part, index) => ({ id: `${one.minute}#${index}`, part })),
      )
      const shuffled = [...parts, ...parts]
        .map((part) => ({ part, key: order.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
      const store = new SeriesStore({ retentionMs: 60 * MINUTE })
      for (const { part } of shuffled) store.addPart(part.id, part.part)
      expect(held(store).sort()).toEqual(held(storeOf(...blocks)).sort())
    }),
    { numRuns: 200 },
  )
})
