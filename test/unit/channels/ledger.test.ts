import { expect, test } from 'vitest'
import { type Attempt, type Claim, claim, complete, release, type Thread } from '../../../lib/channels/ledger.ts'

const LEASE_MS = 60_000
const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  thread: 't',
  notification: 'n5',
  sequence: 5,
  owner: 'me',
  at: 1000,
  fresh: false,
  ...more,
})

test.for<{ name: string; thread: Thread; attempt?: Partial<Attempt>; answer: Claim }>([
  { name: 'the first of its thread', thread: {}, answer: { outcome: 'claimed' } },
  { name: 'after an earlier one', thread: { sequence: 4, deliveredId: 'n4' }, answer: { outcome: 'claimed' } },
  { name: 'the same again', thread: { sequence: 5, deliveredId: 'n5' }, answer: { outcome: 'delivered' } },
  {
    name: 'the same again while another is being sent',
    thread: { sequence: 5, deliveredId: 'n5', lease: { owner: 'other', until: 9000 } },
    answer: { outcome: 'delivered' },
  },
  { name: 'another of the same moment', thread: { sequence: 5, deliveredId: 'x' }, answer: { outcome: 'claimed' } },
  { name: 'news of yesterday', thread: { sequence: 6, deliveredId: 'n6' }, answer: { outcome: 'superseded' } },
  {
    name: 'while somebody else sends',
    thread: { lease: { owner: 'other', until: 1001 } },
    answer: { outcome: 'busy', until: 1001 },
  },
  {
    name: 'when the lease has just run out',
    thread: { lease: { owner: 'other', until: 1000 } },
    answer: { outcome: 'claimed' },
  },
  {
    name: 'refused before',
    thread: { refusedId: 'n5', refusedReason: 'HTTP 404' },
    answer: { outcome: 'refused', reason: 'HTTP 404' },
  },
  {
    name: 'refused before, but sent back from the dead-letter queue',
    thread: { refusedId: 'n5', refusedReason: 'HTTP 404' },
    attempt: { fresh: true },
    answer: { outcome: 'claimed' },
  },
  {
    name: 'another was refused',
    thread: { refusedId: 'n4', refusedReason: 'HTTP 404' },
    answer: { outcome: 'claimed' },
  },
])('claim: $name → $answer.outcome', ({ thread, attempt: more, answer }) => {
  const decided = claim(thread, attempt(more), LEASE_MS)
  expect(decided.answer).toEqual(answer)
  expect(decided.next?.lease).toEqual(answer.outcome === 'claimed' ? { owner: 'me', until: 61_000 } : undefined)
})

const mine = { owner: 'me', until: 61_000 }
const theirs = { owner: 'other', until: 99_000 }

test.for<{ name: string; thread: Thread; next: Thread }>([
  { name: 'first', thread: { lease: mine }, next: { sequence: 5, deliveredId: 'n5' } },
  {
    name: 'after an earlier one',
    thread: { sequence: 4, deliveredId: 'n4', lease: mine },
    next: { sequence: 5, deliveredId: 'n5' },
  },
  {
    name: 'somebody took the lease that ran out',
    thread: { lease: theirs },
    next: { sequence: 5, deliveredId: 'n5', lease: theirs },
  },
  {
    name: 'a later one came first',
    thread: { sequence: 6, deliveredId: 'n6', lease: mine },
    next: { sequence: 6, deliveredId: 'n6' },
  },
])('complete: $name', ({ thread, next }) => {
  expect(complete(thread, attempt()).next).toEqual(next)
})

test.for<{ name: string; thread: Thread; reason?: string; next: Thread }>([
  { name: 'mine', thread: { sequence: 4, lease: mine }, next: { sequence: 4 } },
  { name: 'somebody else’s', thread: { lease: theirs }, next: { lease: theirs } },
  {
    name: 'refused',
    thread: { lease: mine },
    reason: 'HTTP 400',
    next: { refusedId: 'n5', refusedReason: 'HTTP 400' },
  },
])('release: $name', ({ thread, reason, next }) => {
  expect(release(thread, attempt(), reason).next).toEqual(next)
})
