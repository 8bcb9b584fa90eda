import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EmailMessage } from '../../../lib/aws/email.ts'
import type { ChannelTools } from '../../../lib/channels/channel.ts'
import type { UpdateThread } from '../../../lib/channels/deliver.ts'
import type { Thread } from '../../../lib/channels/ledger.ts'
import { startSlack } from '../../../lib/local/receivers/slack.ts'
import type { Receiver } from '../../../lib/model/alerting.ts'
import { dailyReport } from '../../../lib/reports/daily-report.ts'
import { sendReport } from '../../../lib/reports/send-report.ts'
import { fleetStatus } from '../../../lib/status/fleet-status.ts'

const now = new Date('2026-11-21T08:00:00Z')
const report = dailyReport({
  fleet: 'demo',
  status: fleetStatus({ servers: [], verdicts: new Map(), alerts: [], now }),
  alerts: [],
  costs: undefined,
  now,
})
const receiver: Receiver = {
  name: 'daily',
  slack: [{ sendResolved: true, apiUrl: 'secretsmanager:slack' }],
  email: [{ sendResolved: true, from: 'fleetwatch@example.com', to: ['finance@example.com'] }],
  pagerduty: [],
  webhook: [],
}
const today = { id: 'daily-report@2026-11-21T08:00:00Z', dueAt: now }

let slack: Awaited<ReturnType<typeof startSlack>>
beforeEach(async () => {
  slack = await startSlack()
})
afterEach(() => slack[Symbol.asyncDispose]())

/** The ledger in memory; its decisions are those of the real one. */
function ledger(): UpdateThread {
  const threads = new Map<string, Thread>()
  return async (thread, decide) => {
    const { answer, next } = decide(threads.get(thread) ?? {})
    if (next) threads.set(thread, next)
    return answer
  }
}

function tools(mails: EmailMessage[]): ChannelTools {
  return {
    readSecret: async () => slack.hook,
    sendEmail: async (message) => {
      mails.push(message)
      return { outcome: 'delivered' }
    },
    now: () => now,
  }
}

test('reaches Slack and e-mail', async () => {
  const mails: EmailMessage[] = []
  const sent = await sendReport(report, receiver, today, { tools: tools(mails), updateThread: ledger() })
  expect(sent).toEqual([
    { integration: 'slack_configs[0]', outcome: 'delivered' },
    { integration: 'email_configs[0]', outcome: 'delivered' },
  ])
  expect(slack.received.map(({ json }) => json)).toEqual([
    expect.objectContaining({ text: expect.stringContaining('daily report, 2026-11-21') }),
  ])
  expect(mails).toEqual([
    expect.objectContaining({ to: ['finance@example.com'], html: expect.stringContaining('<h1') }),
  ])
})

test('a second invocation sends only what is missing; the next day is sent again', async () => {
  slack.failNext({ status: 500 })
  const mails: EmailMessage[] = []
  const given = { tools: tools(mails), updateThread: ledger() }
  const first = await sendReport(report, receiver, today, given)
  expect(first.map(({ outcome }) => outcome)).toEqual(['retry', 'delivered'])
  const second = await sendReport(report, receiver, today, given)
  expect(second.map(({ outcome }) => outcome)).toEqual(['delivered', 'already delivered'])
  const third = await sendReport(report, receiver, today, given)
  expect(third.map(({ outcome }) => outcome)).toEqual(['already delivered', 'already delivered'])
  expect([slack.received.length, mails.length]).toEqual([1, 1])

  const tomorrow = { id: 'daily-report@2026-11-22T08:00:00Z', dueAt: new Date('2026-11-22T08:00:00Z') }
  await sendReport(report, receiver, tomorrow, given)
  expect([slack.received.length, mails.length]).toEqual([2, 2])
})

test('two invocations at once send one message', async () => {
  const mails: EmailMessage[] = []
  const given = { tools: tools(mails), updateThread: ledger() }
  await Promise.all([sendReport(report, receiver, today, given), sendReport(report, receiver, today, given)])
  expect([slack.received.length, mails.length]).toEqual([1, 1])
})

test('a secret that cannot be read keeps nobody else from the report', async () => {
  const mails: EmailMessage[] = []
  const broken = {
    ...tools(mails),
    readSecret: () => Promise.reject(new Error('the secret secretsmanager:slack cannot be read')),
  }
  const sent = await sendReport(report, receiver, today, { tools: broken, updateThread: ledger() })
  expect(sent).toEqual([
    { integration: 'slack_configs[0]', outcome: 'retry', reason: expect.stringContaining('cannot be read') },
    { integration: 'email_configs[0]', outcome: 'delivered' },
  ])
})
