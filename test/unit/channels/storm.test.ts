import { expect, test } from 'vitest'
import { backoffMs, MAX_RECEIVES } from '../../../lib/channels/backoff.ts'

/** Repeatable numbers from 0 to 1 (a linear congruential generator). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** Sends so many messages at once to a channel that takes one in `perMessageMs` and answers 429 to all others. */
function storm(messages: number, perMessageMs: number, retryAfterMs: number | undefined, seed: number) {
  const random = randomFrom(seed)
  const due = Array.from({ length: messages }, () => ({ at: random() * 1000, receives: 1 }))
  let [freeAt, delivered, lost, lastAt] = [0, 0, 0, 0]
  for (;;) {
    due.sort((a, b) => b.at - a.at)
    const message = due.pop()
    if (!message) return { delivered, lost, minutes: lastAt / 60_000 }
    if (message.at >= freeAt) {
      freeAt = message.at + perMessageMs
      lastAt = message.at
      delivered++
    } else if (message.receives === MAX_RECEIVES) lost++
    else {
      const { at, receives } = message
      due.push({ at: at + backoffMs(receives, retryAfterMs, random()), receives: receives + 1 })
    }
  }
}

test.for([
  [500, undefined],
  [500, 1000],
  [500, 30_000],
  [1000, 1000],
] as const)(
  'a storm of %i alerts on one Slack channel (1 message/s, Retry-After %s ms) loses none',
  ([messages, retryAfterMs]) => {
    for (const seed of [1, 2, 3]) {
      const { delivered, lost, minutes } = storm(messages, 1000, retryAfterMs, seed)
      expect({ delivered, lost }).toEqual({ delivered: messages, lost: 0 })
      expect(minutes).toBeLessThan(90)
    }
  },
)

test('an outage of one hour loses none', () => {
  const waitedMs = (random: number) =>
    Array.from({ length: MAX_RECEIVES - 1 }, (_, index) => backoffMs(index + 1, undefined, random)).reduce(
      (sum, ms) => sum + ms,
      0,
    )
  expect(waitedMs(0) / 60_000).toBeGreaterThan(50)
  expect(waitedMs(0.5) / 60_000).toBeGreaterThan(75)
})
