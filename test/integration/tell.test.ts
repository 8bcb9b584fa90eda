import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Receiver } from '../../lib/local/receivers/receiver.ts'
import { startSlack } from '../../lib/local/receivers/slack.ts'
import { startWebhook } from '../../lib/local/receivers/webhook.ts'
import { waitFor } from '../../lib/local/wait-for.ts'
import type { Notification } from '../../lib/model/notification.ts'
import { messagesIn, queueUrl, send, stack } from '../support/stack.ts'
import { notification, payload } from '../unit/channels/examples.ts'

let slack: Receiver
let webhook: Receiver
let slackQueue: string

beforeAll(async () => {
  slack = await startSlack(stack.receivers.slack)
  webhook = await startWebhook('a signing key of the tests', stack.receivers.webhook)
  slackQueue = await queueUrl('slack queue')
})
beforeEach(() => {
  slack.received.length = 0
})
afterAll(() => Promise.all([slack, webhook].map((receiver) => receiver[Symbol.asyncDispose]())))

/** A notification for a receiver of the stack's alertmanager.yml, about an alert of the test's own. */
function about(name: string, channel: 'slack' | 'webhook' = 'slack', more: Partial<Notification> = {}): Notification {
  const receiver = channel === 'slack' ? 'team' : 'webhook'
  return notification(channel, {
    id: `tell-${name}`,
    payload: payload('firing', { receiver, groupKey: `{}:{test="${name}"}`, commonLabels: { deployment: name } }),
    ...more,
  })
}

test('the same SQS message three times is one Slack message', async () => {
  await Promise.all([1, 2, 3].map(() => send(slackQueue, about('copies'))))
  await slack.waitFor(1, 30_000)
  await send(slackQueue, about('copies'))
  await waitFor('the queue to be empty', 60_000, async () => (await messagesIn(slackQueue)) === 0)
  await new Promise((resolve) => setTimeout(resolve, 3000))
  expect(slack.received.filter(({ body }) => body.includes('copies'))).toHaveLength(1)
})

test('Slack answers 500 three times, then 200: one message, and the other channel does not wait for it', async () => {
  const before = slack.requests
  slack.failNext({ status: 500 }, { status: 500 }, { status: 500 })
  await send(slackQueue, about('faulty'))
  await send(await queueUrl('webhook queue'), about('faulty', 'webhook'))
  await webhook.waitFor(1, 30_000)
  expect(slack.received).toHaveLength(0)
  await slack.waitFor(1, 60_000)
  expect(slack.requests - before).toBe(4)
})

test('Slack answers 429 with Retry-After: not sooner than asked', async () => {
  slack.failNext({ status: 429, headers: { 'retry-after': '5' } })
  await send(slackQueue, about('throttled'))
  const sentAt = Date.now()
  const [message] = await slack.waitFor(1, 60_000)
  expect(message!.at.getTime() - sentAt).toBeGreaterThanOrEqual(5000)
})

test('a message refused for good ends in the dead-letter queue while others go through', async () => {
  slack.failNext({ status: 404, body: 'no_service' })
  const before = slack.requests
  await send(slackQueue, about('refused'))
  await waitFor('the refusal', 30_000, async () => slack.requests > before)
  await send(slackQueue, about('another'))
  await slack.waitFor(1, 30_000)
  const dead = await queueUrl('slack dead')
  await waitFor('the dead-letter queue', 90_000, async () => (await messagesIn(dead)) === 1)
  expect(slack.requests - before).toBe(2)
})
