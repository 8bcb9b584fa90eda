import { createHash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import * as z from 'zod'
import { Labels } from '../model/alert.ts'
import type { Block, Observation } from '../model/sample.ts'

/** One DynamoDB item of a block, readable without the others. */
export interface EncodedPart {
  /** Compressed targets and label sets: the same bytes from minute to minute while a batch stays the same. */
  keys: Uint8Array
  /** Names the content of `keys`, so that a reader unpacks each distinct list once. */
  keysHash: string
  /** Compressed doubles: for each observation its time, then its values in the order of the keys. */
  values: Uint8Array
}

/** Below DynamoDB's 400 KB per item, with room for the item's own keys. */
export const MAX_PART_BYTES = 350_000

const Keys = z.array(z.object({ target: z.string(), series: z.array(Labels) }))

/** What a part's values belong to: its targets and their series, in order. */
export type PartKeys = z.infer<typeof Keys>

/** A part unpacked; `keys` is one object for all parts with the same hash. */
export interface DecodedPart {
  keys: PartKeys
  keysHash: string
  values: Float64Array
}

/** Packs a block into items of at most MAX_PART_BYTES; a large observation is spread over several with the same time. */
export function encodeBlock(block: Block): EncodedPart[] {
  return block.observations.length === 0 ? [] : encodeObservations(block.observations)
}

function encodeObservations(observations: Observation[]): EncodedPart[] {
  const part = encodePart(observations)
  if (part.keys.length + part.values.length <= MAX_PART_BYTES) return [part]
  const halves = halve(observations)
  // A single sample with monstrous labels cannot be cut; the table refuses it with an error of its own.
  return halves ? halves.flatMap(encodeObservations) : [part]
}

function halve(observations: Observation[]): [Observation[], Observation[]] | undefined {
  const middle = observations.length >> 1
  if (middle > 0) return [observations.slice(0, middle), observations.slice(middle)]
  const [only] = observations
  const cut = (only?.samples.length ?? 0) >> 1
  if (!only || cut === 0) return undefined
  return [[{ ...only, samples: only.samples.slice(0, cut) }], [{ ...only, samples: only.samples.slice(cut) }]]
}

function encodePart(observations: Observation[]): EncodedPart {
  const keys: PartKeys = observations.map(({ target, samples }) => ({
    target,
    series: samples.map(({ labels }) => labels),
  }))
  const values = new Float64Array(observations.reduce((count, { samples }) => count + samples.length + 1, 0))
  let next = 0
  for (const { at, samples } of observations) {
    values[next++] = at
    for (const { value } of samples) values[next++] = value
  }
  const text = JSON.stringify(keys)
  return {
    keys: zstdCompressSync(text),
    keysHash: createHash('sha256').update(text).digest('base64url').slice(0, 22),
    values: zstdCompressSync(new Uint8Array(values.buffer)),
  }
}

/** Lists known by hash; a batch's list changes seldom, so few are live at a time. */
const keyLists = new Map<string, PartKeys>()
const MAX_KEY_LISTS = 2_000

/** Unpacks one item. Values stay one typed array; no object is made per sample. */
export function decodePart({ keys, keysHash, values }: EncodedPart): DecodedPart {
  const bytes = zstdDecompressSync(values)
  // A copy, since the inflated bytes need not lie on a multiple of eight.
  const numbers = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  return { keys: keyListOf(keysHash, keys), keysHash, values: numbers }
}

function keyListOf(hash: string, keys: Uint8Array): PartKeys {
  let list = keyLists.get(hash)
  if (!list) {
    list = Keys.parse(JSON.parse(zstdDecompressSync(keys).toString('utf8')))
    if (keyLists.size >= MAX_KEY_LISTS) keyLists.clear()
    keyLists.set(hash, list)
  }
  return list
}

/** Observations of all parts of a block, as they were written but for pieces of one observation, which stay apart. */
export function decodeBlock(parts: readonly EncodedPart[]): Observation[] {
  return parts.flatMap((part) => {
    const { keys, values } = decodePart(part)
    let next = 0
    return keys.map(({ target, series }) => {
      const at = values[next++] ?? 0
      return { target, at, samples: series.map((labels) => ({ labels, value: values[next++] ?? Number.NaN })) }
    })
  })
}
