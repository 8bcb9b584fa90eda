import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ChannelTools } from '../../../lib/channels/channel.ts'
import { pagerduty } from '../../../lib/channels/pagerduty.ts'
import { slack } from '../../../lib/channels/slack.ts'
import { webhook } from '../../../lib/channels/webhook.ts'
import { ROUTING_KEY, startPagerduty } from '../../../lib/local/receivers/pagerduty.ts'
import { startSlack } from '../../../lib/local/receivers/slack.ts'
import { startWebhook } from '../../../lib/local/receivers/webhook.ts'
import { notification, payload } from './examples.ts'

/** Secrets in memory: the value that is remembered, and the one that a fresh read finds. */
function tools(remembered: Record<string, string>, stored = remembered): ChannelTools & { fresh: string[] } {
  const fresh: string[] = []
  return {
    fresh,
    now: () => new Date(),
    sendEmail: async () => ({ outcome: 'delivered' }),
    readSecret: async (reference, options) => {
      if (options?.fresh) fresh.push(reference)
      return (options?.fresh ? stored : remembered)[reference] ?? ''
    },
  }
}

const SLACK = { sendResolved: true, apiUrl: 'ssm:/slack' }

test('Slack takes the firing and the resolve', async () => {
  await using receiver = await startSlack()
  const with_ = tools({ 'ssm:/slack': receiver.hook })
  expect(await slack.send(notification('slack'), SLACK, with_)).toEqual({ outcome: 'delivered' })
  const resolved = notification('slack', { payload: payload('resolved') })
  expect(await slack.send(resolved, { ...SLACK, channel: '#mcp' }, with_)).toEqual({ outcome: 'delivered' })
  expect(receiver.received.map(({ json }) => (json as { text: string }).text)).toEqual([
    ':rotating_light: *FIRING: McpServerDown on payments-mcp*',
    ':white_check_mark: *RESOLVED: McpServerDown on payments-mcp*',
  ])
  expect(receiver.received[1]?.json).toMatchObject({ channel: '#mcp' })
})

test('a Slack URL that was rotated is read anew, once', async () => {
  await using receiver = await startSlack()
  const with_ = tools({ 'ssm:/slack': receiver.hook }, { 'ssm:/slack': receiver.hook })
  receiver.failNext({ status: 403, body: 'invalid_token' })
  expect(await slack.send(notification('slack'), SLACK, with_)).toEqual({ outcome: 'delivered' })
  expect(with_.fresh).toEqual(['ssm:/slack'])
  receiver.failNext({ status: 403, body: 'invalid_token' }, { status: 403, body: 'invalid_token' })
  expect(await slack.send(notification('slack'), SLACK, with_)).toEqual({
    outcome: 'refused',
    reason: 'HTTP 403: invalid_token',
  })
  expect(receiver.requests).toBe(4)
})

test('a secret that holds no URL is read anew, then refused without showing it', async () => {
  await using receiver = await startSlack()
  const wrong = { 'ssm:/slack': 'xoxb-secret' }
  expect(await slack.send(notification('slack'), SLACK, tools(wrong, { 'ssm:/slack': receiver.hook }))).toEqual({
    outcome: 'delivered',
  })
  const result = await slack.send(notification('slack'), SLACK, tools(wrong))
  expect(result).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('ssm:/slack holds no URL') })
  expect(JSON.stringify(result)).not.toContain('xoxb')
})

test('PagerDuty opens one incident however often it is told, and the resolve ends it', async () => {
  await using receiver = await startPagerduty()
  const settings = { sendResolved: true, routingKey: 'ssm:/pd', url: `${receiver.url}/v2/enqueue` }
  const with_ = tools({ 'ssm:/pd': ROUTING_KEY })
  for (const _ of [1, 2])
    expect(await pagerduty.send(notification('pagerduty'), settings, with_)).toEqual({ outcome: 'delivered' })
  expect([...receiver.incidents]).toEqual([createHash('sha256').update(payload().groupKey).digest('hex')])
  const resolved = notification('pagerduty', { payload: payload('resolved') })
  expect(await pagerduty.send(resolved, settings, with_)).toEqual({ outcome: 'delivered' })
  expect([...receiver.incidents]).toEqual([])
})

test('PagerDuty refuses a wrong key for good', async () => {
  await using receiver = await startPagerduty()
  const settings = { sendResolved: true, routingKey: 'ssm:/pd', url: `${receiver.url}/v2/enqueue` }
  expect(await pagerduty.send(notification('pagerduty'), settings, tools({ 'ssm:/pd': 'x'.repeat(32) }))).toMatchObject(
    {
      outcome: 'refused',
      reason: expect.stringContaining("'routing_key' is invalid"),
    },
  )
})

test('a webhook receiver finds the signature good, whichever secret is the newer one', async () => {
  await using receiver = await startWebhook('new-key')
  const settings = { sendResolved: true, url: receiver.url, timeoutMs: 1000 }
  const signing = (remembered: string) => ({
    ...tools({ 'ssm:/key': remembered }, { 'ssm:/key': 'new-key' }),
    webhookSigningSecret: 'ssm:/key',
  })
  expect(await webhook.send(notification('webhook'), settings, signing('new-key'))).toEqual({ outcome: 'delivered' })
  const second = notification('webhook', { id: 'n2' })
  expect(await webhook.send(second, settings, signing('old-key'))).toEqual({ outcome: 'delivered' })
  expect(receiver.received.map(({ json }) => json)).toEqual([payload(), payload()])
  const unsigned = await webhook.send(notification('webhook', { id: 'n3' }), settings, tools({}))
  expect(unsigned).toEqual({ outcome: 'refused', reason: 'HTTP 401: no signature' })
})

test('a webhook receiver refuses what was recorded and played again', async () => {
  await using receiver = await startWebhook('key')
  const settings = { sendResolved: true, url: 'ssm:/url', timeoutMs: 1000 }
  const late = { ...tools({ 'ssm:/url': receiver.url, 'ssm:/key': 'key' }), webhookSigningSecret: 'ssm:/key' }
  const old = { ...late, now: () => new Date(Date.now() - 301_000) }
  expect(await webhook.send(notification('webhook'), settings, old)).toMatchObject({
    outcome: 'refused',
    reason: 'HTTP 401: the signature is too old',
  })
  for (const _ of [1, 2])
    expect(await webhook.send(notification('webhook'), settings, late)).toEqual({ outcome: 'delivered' })
  expect(receiver.received).toHaveLength(1)
})

test('a webhook that hangs costs its own timeout and no more', async () => {
  await using receiver = await startWebhook()
  receiver.failNext('hang')
  const startedAt = Date.now()
  const result = await webhook.send(
    notification('webhook'),
    { sendResolved: true, url: receiver.url, timeoutMs: 200 },
    tools({}),
  )
  expect(result).toEqual({ outcome: 'retry', reason: 'no complete answer within 0.2 s' })
  expect(Date.now() - startedAt).toBeLessThan(2000)
})
