import { expect, test } from 'vitest'
import { fingerprintOf } from '../../../lib/alerts/fingerprint.ts'

test.for([
  { labels: {}, hash: 'cbf29ce484222325', why: 'the basis of FNV-1a, as in common/model for the empty set' },
  { labels: { a: 'b' }, hash: fnv('a\xffb\xff'), why: 'bytes of names and values, each followed by 255' },
])('$why', ({ labels, hash }) => {
  expect(fingerprintOf(labels)).toBe(hash)
})

test('order of the names does not matter, their borders do', () => {
  expect(fingerprintOf({ a: '1', b: '2' })).toBe(fingerprintOf({ b: '2', a: '1' }))
  expect(fingerprintOf({ ab: 'c' })).not.toBe(fingerprintOf({ a: 'bc' }))
})

function fnv(latin1: string): string {
  let hash = 14695981039346656037n
  for (const byte of Buffer.from(latin1, 'latin1')) {
    hash ^= BigInt(byte)
    hash = (hash * 1099511628211n) % 2n ** 64n
  }
  return hash.toString(16).padStart(16, '0')
}
