import * as z from 'zod'

/** What is known of a thread: one integration of one receiver and one group, in which messages follow one another. */
export const Thread = z.object({
  /** Sequence and id of the newest notification that was delivered. */
  sequence: z.number().optional(),
  deliveredId: z.string().optional(),
  /** The notification that was last refused for good, and why. */
  refusedId: z.string().optional(),
  refusedReason: z.string().optional(),
  /** Whoever is sending now, until when at most (milliseconds since the epoch). */
  lease: z.object({ owner: z.string(), until: z.number() }).optional(),
})
export type Thread = z.infer<typeof Thread>

/** One attempt to deliver one notification. `owner` is unique for each attempt, `at` in milliseconds since the epoch. */
export interface Attempt {
  thread: string
  notification: string
  sequence: number
  owner: string
  at: number
  /** The message arrives for the first time, or anew from the dead-letter queue: an earlier refusal is forgotten. */
  fresh: boolean
}

export type Claim =
  | { outcome: 'claimed' }
  /** This very notification has been delivered. */
  | { outcome: 'delivered' }
  /** A later notification of the thread has been delivered, so this one is yesterday's news. */
  | { outcome: 'superseded' }
  | { outcome: 'refused'; reason: string }
  /** Somebody is sending in this thread until then (milliseconds since the epoch). */
  | { outcome: 'busy'; until: number }

/** A claim, and the thread as it must be written for it; nothing is written when `next` is absent. */
export interface Decision<Answer> {
  answer: Answer
  next?: Thread
}

/**
 * Whether an attempt may send now. One at a time in a thread, so that a firing and its resolve never cross; a lease that
 * ran out belongs to an invocation that died, perhaps after sending: the message is then sent again rather than lost.
 */
export function claim(thread: Thread, attempt: Attempt, leaseMs: number): Decision<Claim> {
  if (thread.deliveredId === attempt.notification) return { answer: { outcome: 'delivered' } }
  if (thread.sequence !== undefined && thread.sequence > attempt.sequence) return { answer: { outcome: 'superseded' } }
  if (thread.refusedId === attempt.notification && !attempt.fresh) {
    return { answer: { outcome: 'refused', reason: thread.refusedReason ?? 'unknown' } }
  }
  if (thread.lease && thread.lease.until > attempt.at) return { answer: { outcome: 'busy', until: thread.lease.until } }
  const lease = { owner: attempt.owner, until: attempt.at + leaseMs }
  return { answer: { outcome: 'claimed' }, next: { ...thread, lease } }
}

/** After a delivery. A lease that somebody else took meanwhile stays theirs; the newest sequence is never lowered. */
export function complete(thread: Thread, attempt: Attempt): Decision<undefined> {
  const next = withoutLeaseOf(thread, attempt)
  if ((thread.sequence ?? Number.NEGATIVE_INFINITY) > attempt.sequence) return { answer: undefined, next }
  return { answer: undefined, next: { ...next, sequence: attempt.sequence, deliveredId: attempt.notification } }
}

/** After an attempt that delivered nothing; with a reason when it was refused for good. */
export function release(thread: Thread, attempt: Attempt, refusedReason?: string): Decision<undefined> {
  const next = withoutLeaseOf(thread, attempt)
  if (refusedReason === undefined) return { answer: undefined, next }
  return { answer: undefined, next: { ...next, refusedId: attempt.notification, refusedReason } }
}

function withoutLeaseOf(thread: Thread, attempt: Attempt): Thread {
  const { lease, ...rest } = thread
  return lease && lease.owner !== attempt.owner ? thread : rest
}
