import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBlock, decodePart, encodeBlock, MAX_PART_BYTES } from '../../../lib/metrics/block-codec.ts'
import type { Block, Observation } from '../../../lib/model/sample.ts'
import { isStaleAt, markStale } from '../../../lib/rules/promql/staleness.ts'

const blockOf = (observations: Observation[]): Block => ({
  minute: '2026-11-21T09:18',
  source: 'poll',
  batch: '1',
  observations,
})

const text = fc.string({ unit: 'grapheme' })
const labels = fc.dictionary(
  text.filter((name) => name !== '__proto__'),
  text,
  { noNullPrototype: true },
)
const observation = fc.record({
  target: text,
  at: fc.integer({ min: 0, max: 4e12 }),
  samples: fc.array(fc.record({ labels, value: fc.double() })),
})

test('a block comes back as it was', () => {
  fc.assert(
    fc.property(fc.array(observation), (observations) => {
      expect(decodeBlock(encodeBlock(blockOf(observations)))).toEqual(observations)
    }),
  )
})

test('a large block becomes several items, each small enough and readable alone', () => {
  const observations = Array.from({ length: 80 }, (_, server) => ({
    target: `server-${server}`,
    at: 1000 + server,
    samples: Array.from({ length: 900 }, (_, index) => ({
      labels: { __name__: `m${index}`, deployment: `server-${server}`, id: `${Math.sin(server * 1000 + index)}` },
      value: Math.cos(server + index),
    })),
  }))
  const parts = encodeBlock(blockOf(observations))
  expect(parts.length).toBeGreaterThan(1)
  for (const part of parts) expect(part.keys.length + part.values.length).toBeLessThanOrEqual(MAX_PART_BYTES)
  expect(decodeBlock(parts)).toEqual(observations)
})

test('one huge observation is spread over items with the same target and time', () => {
  const samples = Array.from({ length: 20_000 }, (_, index) => ({
    labels: { __name__: 'm', id: `${Math.sin(index)}` },
    value: Math.cos(index),
  }))
  const parts = encodeBlock(blockOf([{ target: 's', at: 7, samples }]))
  expect(parts.length).toBeGreaterThan(1)
  const pieces = decodeBlock(parts)
  expect(new Set(pieces.map(({ target, at }) => `${target} ${at}`))).toEqual(new Set(['s 7']))
  expect(pieces.flatMap((piece) => piece.samples)).toEqual(samples)
})

test('the keys of two minutes are the same bytes, and unpacked once', () => {
  const minute = (at: number) =>
    encodeBlock(blockOf([{ target: 's', at, samples: [{ labels: { a: '1' }, value: at }] }]))
  const [first] = minute(1)
  const [second] = minute(2)
  if (!first || !second) throw new Error('a part is missing')
  expect(second.keysHash).toBe(first.keysHash)
  expect(decodePart(second).keys).toBe(decodePart(first).keys)
})

test('an empty block is no item', () => {
  expect(encodeBlock(blockOf([]))).toEqual([])
})

test('a staleness marker keeps its bits, and no other NaN is one', () => {
  const values = new Float64Array([1, Number.NaN, 0])
  markStale(values, 2)
  expect([0, 1, 2, 3].map((index) => isStaleAt(values, index))).toEqual([false, false, true, false])
  const copy = values.slice(1)
  expect([0, 1].map((index) => isStaleAt(copy, index))).toEqual([false, true])
})
