import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs } from '../../../lib/channels/backoff.ts'

test.for<[receives: number, asked: number | undefined, random: number, ms: number]>([
  [1, undefined, 0, 1000],
  [1, undefined, 1, 2000],
  [2, undefined, 0, 2000],
  [5, undefined, 1, 32_000],
  [9, undefined, 1, 512_000],
  [10, undefined, 1, 900_000],
  [1000, undefined, 1, 900_000],
  [0, undefined, 1, 2000],
  [1, 30_000, 0, 30_000],
  [1, 30_000, 1, 31_000],
  [6, 1000, 0, 32_000],
])('receive %i, asked %s, random %d: %i ms', ([receives, asked, random, ms]) => {
  expect(backoffMs(receives, asked, random)).toBe(ms)
})

test('property: never sooner than asked', () => {
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.nat(3_600_000),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (receives, asked, random) => {
        expect(backoffMs(receives, asked, random)).toBeGreaterThanOrEqual(asked)
      },
    ),
  )
})
