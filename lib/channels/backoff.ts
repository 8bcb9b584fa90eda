/**
 * How often a channel's queue should hand a message out before it counts as lost to the dead-letter queue. With the times
 * below that is about an hour and a half of outage, or a storm of 1,000 messages on a channel that takes one per second.
 */
export const MAX_RECEIVES = 16

const FIRST_MS = 2000
const LONGEST_MS = 900_000

/**
 * Milliseconds until the next attempt, after so many receives of the message (from 1): 2 s, doubled each time up to
 * 15 min, of which the second half is spread by `random` (0 to 1), so that a storm does not come back in one wave. What
 * the other side asked for (`Retry-After`) is the least; the spread comes on top.
 */
export function backoffMs(receives: number, askedMs: number | undefined, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(0, receives - 1), 20))
  const spread = Math.round((full / 2) * random)
  return Math.max(full / 2, askedMs ?? 0) + spread
}
