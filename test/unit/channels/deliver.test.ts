import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Channel } from '../../../lib/channels/channel.ts'
import { deliver, LEASE_MS, threadOf, type UpdateThread } from '../../../lib/channels/deliver.ts'
import type { Decision, Thread } from '../../../lib/channels/ledger.ts'
import type { Receipt } from '../../../lib/channels/receipt.ts'
import type { Notification } from '../../../lib/model/notification.ts'
import type { SendResult } from '../../../lib/model/send-result.ts'
import { alerting, notification, payload } from './examples.ts'

/** A ledger in memory that reads and writes at one go, as the table's condition makes it. */
function memoryLedger() {
  const threads = new Map<string, Thread>()
  const receipts: Receipt[] = []
  const updateThread: UpdateThread = async <Answer>(
    thread: string,
    decide: (state: Thread) => Decision<Answer>,
    receipt?: Receipt,
  ) => {
    await Promise.resolve()
    const { answer, next } = decide(threads.get(thread) ?? {})
    if (next) threads.set(thread, next)
    if (receipt) receipts.push(receipt)
    return answer
  }
  return { threads, receipts, updateThread }
}

const clock = (ms: number) => ({
  now: () => new Date(ms),
  readSecret: async () => 'secret',
  sendEmail: async (): Promise<SendResult> => ({ outcome: 'delivered' }),
})

const channelThat = (send: (notification: Notification) => Promise<SendResult>): Channel<'slack'> => ({
  name: 'slack',
  send,
})
const delivered: SendResult = { outcome: 'delivered' }

test('one message however often the notification comes, also at the same time', async () => {
  const { updateThread, receipts } = memoryLedger()
  let sent = 0
  const channel = channelThat(async () => {
    sent++
    await Promise.resolve()
    return delivered
  })
  const input = { channel, alerting: alerting(), tools: clock(0), updateThread, fresh: true }
  const outcomes = await Promise.all([1, 2, 3].map(() => deliver(notification('slack'), input)))
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['delivered', 'retry', 'retry'])
  expect(await deliver(notification('slack'), input)).toEqual({ outcome: 'already delivered' })
  expect(sent).toBe(1)
  expect(receipts).toMatchObject([{ notification: 'n1', receiver: 'pager', status: 'firing' }])
})

test('the resolve that overtook its firing makes it pointless', async () => {
  const { updateThread } = memoryLedger()
  const input = {
    channel: channelThat(async () => delivered),
    alerting: alerting(),
    tools: clock(0),
    updateThread,
    fresh: true,
  }
  await deliver(notification('slack', { id: 'n2', sequence: 2, payload: payload('resolved') }), input)
  expect(await deliver(notification('slack'), input)).toEqual({ outcome: 'superseded' })
})

test('an invocation that died keeps the thread only until its lease runs out; then the message is sent again', async () => {
  const { updateThread } = memoryLedger()
  const dying = channelThat(() => new Promise(() => {}))
  const input = { alerting: alerting(), updateThread, fresh: true }
  void deliver(notification('slack'), { ...input, channel: dying, tools: clock(0) })
  await new Promise((resolve) => setImmediate(resolve))
  const channel = channelThat(async () => delivered)
  expect(await deliver(notification('slack'), { ...input, channel, tools: clock(LEASE_MS - 1) })).toMatchObject({
    outcome: 'retry',
  })
  expect(await deliver(notification('slack'), { ...input, channel, tools: clock(LEASE_MS) })).toEqual(delivered)
})

test('a fault gives the thread back and surfaces', async () => {
  const { updateThread, threads } = memoryLedger()
  const channel = channelThat(() => Promise.reject(new Error('the secret ssm:/slack cannot be read')))
  const input = { channel, alerting: alerting(), tools: clock(0), updateThread, fresh: true }
  await expect(deliver(notification('slack'), input)).rejects.toThrow('cannot be read')
  expect([...threads.values()]).toEqual([{}])
})

test('refused for good: not asked again, unless it comes back from the dead-letter queue', async () => {
  const { updateThread } = memoryLedger()
  let asked = 0
  const channel = channelThat(async () => {
    asked++
    return { outcome: 'refused', reason: 'HTTP 404: no_service' }
  })
  const input = { channel, alerting: alerting(), tools: clock(0), updateThread }
  const refused = { outcome: 'refused', reason: 'HTTP 404: no_service' }
  expect(await deliver(notification('slack'), { ...input, fresh: true })).toEqual(refused)
  expect(await deliver(notification('slack'), { ...input, fresh: false })).toEqual(refused)
  expect(asked).toBe(1)
  await deliver(notification('slack'), { ...input, fresh: true })
  expect(asked).toBe(2)
})

test.for([
  ['the receiver', notification('slack', { payload: payload('firing', { receiver: 'gone' }) })],
  ['the integration', notification('slack', { integration: 'slack_configs[1]' })],
] as const)('%s is in the configuration no longer', async ([, one]) => {
  const { updateThread } = memoryLedger()
  const channel = channelThat(async () => delivered)
  const delivery = await deliver(one, { channel, alerting: alerting(), tools: clock(0), updateThread, fresh: true })
  expect(delivery).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('any more') })
})

test('threads are told apart by receiver, integration and group', () => {
  const threads = [
    notification('slack'),
    notification('slack', { integration: 'slack_configs[1]' }),
    notification('slack', { payload: payload('firing', { receiver: 'other' }) }),
    notification('slack', { payload: payload('firing', { groupKey: '{}:{}' }) }),
  ].map(threadOf)
  expect(new Set(threads).size).toBe(4)
  expect(threadOf(notification('slack', { id: 'n2', sequence: 2, payload: payload('resolved') }))).toBe(threads[0])
})

/**
 * Invocations in any interleaving: each takes a message from the queue, and may crash after sending, meet a failing
 * Slack, or run beside others. Whatever happens: nothing is sent twice unless an invocation died or outlived its lease,
 * nothing older is sent after something newer, and in the end the newest has been delivered.
 */
test('property: replays, overlaps, failures and crashes neither lose the newest message nor reorder a thread', async () => {
  const stepsOf = (fates: string[], pauses: number[]) =>
    fc.array(
      fc.record({
        which: fc.nat({ max: 3 }),
        fate: fc.constantFrom(...fates),
        pause: fc.constantFrom(...pauses),
      }),
      { minLength: 1, maxLength: 12 },
    )
  const calm = stepsOf(['well', 'retry'], [0, 1])
  const wild = stepsOf(['well', 'retry', 'crash', 'crash after sending'], [0, 1, LEASE_MS])
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.oneof(calm, wild), async (scheduler, steps) => {
      const { updateThread: update } = memoryLedger()
      const updateThread: UpdateThread = (...args) =>
        scheduler.schedule(Promise.resolve()).then(() => update(...args)) as never
      const sent: string[] = []
      let now = 0
      const tools = { ...clock(0), now: () => new Date(now) }
      const invoke = async (which: number, fate: string) => {
        const id = `n${which}`
        const death = Promise.withResolvers<void>()
        const die = (): Promise<never> => {
          death.resolve()
          return new Promise(() => {})
        }
        const one = notification('slack', { id, sequence: which })
        const channel = channelThat(async () => {
          if (fate === 'crash') return die()
          if (fate === 'retry') return { outcome: 'retry', reason: 'HTTP 500' }
          sent.push(id)
          return fate === 'crash after sending' ? die() : delivered
        })
        const running = deliver(one, { channel, alerting: alerting(), tools, updateThread, fresh: false })
        // A Lambda that died never comes back; nobody waits for it.
        await Promise.race([running, death.promise])
      }
      const running = steps.map(async ({ which, fate, pause }) => {
        await scheduler.schedule(Promise.resolve())
        now += pause
        await invoke(which, fate)
      })
      await scheduler.waitFor(Promise.all(running))
      // SQS hands out again what was not done, once leases have run out.
      const asked = new Set(steps.map(({ which }) => which))
      for (const which of asked) {
        now += LEASE_MS
        await scheduler.waitFor(invoke(which, 'well'))
      }
      const newest = Math.max(...asked)
      expect(sent).toContain(`n${newest}`)
      if (steps.every(({ fate, pause }) => !fate.startsWith('crash') && pause < LEASE_MS)) {
        expect(new Set(sent).size).toBe(sent.length)
        expect(sent).toEqual(sent.toSorted())
      }
    }),
    { numRuns: 300 },
  )
})
