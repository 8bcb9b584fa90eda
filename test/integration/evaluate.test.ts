import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAlerts, listOutbox } from '../../lib/aws/alerts-table.ts'
import { listVerdicts } from '../../lib/aws/servers-table.ts'
import { startPagerduty } from '../../lib/local/receivers/pagerduty.ts'
import type { Receiver } from '../../lib/local/receivers/receiver.ts'
import { startSlack } from '../../lib/local/receivers/slack.ts'
import { startWebhook } from '../../lib/local/receivers/webhook.ts'
import { minuteOf } from '../../lib/model/sample.ts'
import { agent, invoke, pollAll, queueUrl, send, stack } from '../support/stack.ts'

const EVENT = JSON.parse(readFileSync(join(import.meta.dirname, '../../events/evaluate.json'), 'utf8'))
let receivers: Receiver[]

beforeAll(async () => {
  receivers = await Promise.all([
    startSlack(stack.receivers.slack),
    startPagerduty(stack.receivers.pagerduty),
    startWebhook('a signing key of the tests', stack.receivers.webhook),
  ])
  await pollAll()
})
afterAll(async () => {
  await fetch(`${stack.control}/start`, { method: 'POST' })
  await agent.taskStarted('everything')
  await Promise.all(receivers.map((receiver) => receiver[Symbol.asyncDispose]()))
})

const firing = async () =>
  (await listAlerts()).filter(({ state, labels }) => state === 'firing' && labels.deployment === 'everything')

test('evaluations started at once fire one alert and tell each receiver once', async () => {
  await fetch(`${stack.control}/kill`, { method: 'POST' })
  await agent.taskEnded('everything', 1)
  const polls = await queueUrl('polls')
  await send(polls, { reason: 'event', minute: minuteOf(Date.now()), batch: 'together', deployments: ['everything'] })
  await expect.poll(async () => (await listVerdicts()).get('everything')?.health, { timeout: 20_000 }).toBe('critical')
  // Past the queue, which would keep them apart. A loser fails as a message and would be tried again.
  await Promise.all(Array.from({ length: 6 }, () => invoke('evaluate', EVENT)))
  await expect.poll(firing, { timeout: 20_000 }).toHaveLength(1)
  await Promise.all(receivers.map((receiver) => receiver.waitFor(1, 20_000)))
  await invoke('evaluate', EVENT)
  await expect.poll(listOutbox, { timeout: 10_000 }).toEqual([])
  await new Promise((resolve) => setTimeout(resolve, 2000))
  expect(receivers.map(({ received }) => received.length)).toEqual([1, 1, 1])
})
