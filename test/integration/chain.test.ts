import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAlerts } from '../../lib/aws/alerts-table.ts'
import { startPagerduty } from '../../lib/local/receivers/pagerduty.ts'
import type { Receiver } from '../../lib/local/receivers/receiver.ts'
import { startSlack } from '../../lib/local/receivers/slack.ts'
import { startWebhook } from '../../lib/local/receivers/webhook.ts'
import { waitFor } from '../../lib/local/wait-for.ts'
import { agent, pollAll, stack } from '../support/stack.ts'

let slack: Receiver
let pagerduty: Receiver & { incidents: Set<string> }
let webhook: Receiver

beforeAll(async () => {
  ;[slack, pagerduty, webhook] = await Promise.all([
    startSlack(stack.receivers.slack),
    startPagerduty(stack.receivers.pagerduty),
    startWebhook('a signing key of the tests', stack.receivers.webhook),
  ])
})
afterAll(async () => {
  await Promise.all([slack, pagerduty, webhook].map((receiver) => receiver[Symbol.asyncDispose]()))
})

async function mails(): Promise<string[]> {
  const answer = await fetch(`${stack.env.AWS_ENDPOINT_URL}/_ministack/ses/messages`)
  const { messages } = (await answer.json()) as { messages: Record<string, unknown[]> }
  return Object.values(messages)
    .flat()
    .map((mail) => JSON.stringify(mail))
    .filter((mail) => mail.includes('McpServerDown'))
}

test('kill → fire → resolve, on every channel, once each', async () => {
  await pollAll()
  expect((await listAlerts()).filter(({ labels }) => labels.deployment === 'everything')).toEqual([])

  await fetch(`${stack.control}/kill`, { method: 'POST' })
  await agent.taskEnded('everything', 137)
  await waitFor(
    'the pages',
    30_000,
    async () =>
      pagerduty.received.length + slack.received.length + webhook.received.length >= 3 && (await mails()).length >= 1,
  )
  expect(pagerduty.incidents.size).toBe(1)
  expect(slack.received[0]?.body).toContain('McpServerDown')
  expect(webhook.received[0]?.json).toMatchObject({
    version: '4',
    status: 'firing',
    commonLabels: { alertname: 'McpServerDown', deployment: 'everything', team: 'test' },
  })
  expect(await listAlerts()).toEqual([expect.objectContaining({ state: 'firing' })])

  await fetch(`${stack.control}/start`, { method: 'POST' })
  await agent.taskStarted('everything')
  await waitFor(
    'the resolves',
    30_000,
    async () =>
      pagerduty.received.length + slack.received.length + webhook.received.length >= 6 && (await mails()).length >= 2,
  )
  expect(pagerduty.incidents.size).toBe(0)
  expect(webhook.received.map(({ json }) => (json as { status: string }).status)).toEqual(['firing', 'resolved'])

  await pollAll()
  expect([slack, pagerduty, webhook].map(({ received }) => received.length)).toEqual([2, 2, 2])
  expect(await mails()).toHaveLength(2)
})
