import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Channel } from '../../../lib/channels/channel.ts'
import { email } from '../../../lib/channels/email.ts'
import { slack } from '../../../lib/channels/slack.ts'
import type { EmbeddedAws } from '../../../lib/local/embedded-aws.ts'
import { startSlack } from '../../../lib/local/receivers/slack.ts'
import { waitFor } from '../../../lib/local/wait-for.ts'
import type { Alerting } from '../../../lib/model/alerting.ts'
import { Notification } from '../../../lib/model/notification.ts'
import { startEmbeddedTables } from '../../support/embedded-tables.ts'
import { alerting, notification, payload } from './examples.ts'

let aws: EmbeddedAws
beforeAll(async () => {
  // Failures are what these tests are about: their log lines would bury the tests' own output.
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT'
  aws = await startEmbeddedTables('notify')
}, 40_000)
afterAll(() => aws.stop())

/** A queue with a dead-letter queue, and what Lambda does with it: receive, invoke, delete what did not fail. */
async function startQueue(name: string, handle: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>) {
  const sqs = new SQSClient({})
  const create = async (QueueName: string, Attributes: Record<string, string>) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))
    const attributes = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
    return { url: QueueUrl, arn: attributes.Attributes?.QueueArn ?? '' }
  }
  const dead = await create(`${name}-dead`, {})
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 5 })
  const queue = await create(name, { VisibilityTimeout: '1', RedrivePolicy })
  let stopped = false
  const receive = async (url: string) =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, AttributeNames: ['All'] })))
      .Messages ?? []
  const remove = ({ ReceiptHandle }: Message, url = queue.url) =>
    sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }))
  const work = async () => {
    while (!stopped) {
      const messages = await receive(queue.url)
      if (messages.length > 0) {
        const { batchItemFailures } = await handle(eventOf(messages, queue.arn), { awsRequestId: name } as Context)
        const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
        await Promise.all(messages.filter(({ MessageId = '' }) => !failed.has(MessageId)).map((one) => remove(one)))
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const working = work()
  const send = (MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody }))
  return {
    send: (...bodies: unknown[]) => Promise.all(bodies.map((body) => send(JSON.stringify(body)))),
    sendText: send,
    /** Messages that are not done, those included that are being worked on or postponed. */
    waiting: async () => {
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = await attributesOf(queue.url)
      return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible)
    },
    dead: async () => Number((await attributesOf(dead.url)).ApproximateNumberOfMessages),
    /** What an operator does once the cause is mended. */
    redrive: async () => {
      for (const message of await receive(dead.url)) {
        await send(message.Body ?? '')
        await remove(message, dead.url)
      }
    },
    [Symbol.asyncDispose]: async () => {
      stopped = true
      await working
    },
  }
  async function attributesOf(QueueUrl: string) {
    return (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {}
  }
}

function eventOf(messages: Message[], arn: string): SQSEvent {
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId ?? '',
      receiptHandle: message.ReceiptHandle ?? '',
      body: message.Body ?? '',
      attributes: message.Attributes as SQSEvent['Records'][number]['attributes'],
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: arn,
      awsRegion: 'us-east-1',
    })),
  }
}

/** A Slack, the secret with its URL, and a queue worked by the notify function; every test has its own. */
async function startSlackQueue(name: string) {
  const receiver = await startSlack()
  const putSecret = (Value: string) =>
    new SSMClient({}).send(new PutParameterCommand({ Name: `/${name}`, Value, Type: 'SecureString', Overwrite: true }))
  await putSecret(receiver.hook)
  const config = alerting()
  for (const one of config.receivers) one.slack = [{ sendResolved: true, apiUrl: `ssm:/${name}` }]
  const queue = await startQueue(name, handlerOf(slack, config))
  const stop = async () => {
    await queue[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  }
  return { receiver, queue, putSecret, [Symbol.asyncDispose]: stop }
}

function handlerOf(channel: Channel<'slack'> | Channel<'email'>, config: Alerting) {
  return async (event: SQSEvent, context: Context) => {
    const { handleMessages } = await import('../../../lib/lambda.ts')
    const { notifyThrough } = await import('../../../lib/channels/notify.ts')
    return handleMessages(Notification, notifyThrough(channel as Channel<'slack'>, { alerting: config }))(
      event,
      context,
    )
  }
}

/** A notification about an alert of the test's own, so that the tests share no thread. */
function about(name: string, more: Partial<Notification> = {}) {
  return notification('slack', { id: name, payload: payload('firing', { groupKey: `{}:{test="${name}"}` }), ...more })
}

test.concurrent('the same message again and again is one Slack message', { timeout: 20_000 }, async () => {
  await using it = await startSlackQueue('copies')
  await it.queue.send(...Array.from({ length: 8 }, () => about('copies')))
  await it.receiver.waitFor(1)
  await waitFor('the queue to be empty', 15_000, async () => (await it.queue.waiting()) === 0)
  await it.queue.send(about('copies'))
  await waitFor('the queue to be empty', 15_000, async () => (await it.queue.waiting()) === 0)
  expect(it.receiver.received).toHaveLength(1)
  expect(await it.queue.dead()).toBe(0)
})

test.concurrent('Slack answers 500 three times, then 200', { timeout: 30_000 }, async () => {
  await using it = await startSlackQueue('faulty')
  it.receiver.failNext({ status: 500 }, { status: 503 }, 'reset')
  await it.queue.send(about('faulty'))
  await it.receiver.waitFor(1, 25_000)
  expect(it.receiver.requests).toBe(4)
})

test.concurrent('Retry-After is heeded', { timeout: 20_000 }, async () => {
  await using it = await startSlackQueue('throttled')
  it.receiver.failNext({ status: 429, headers: { 'retry-after': '4' } })
  const sentAt = Date.now()
  await it.queue.send(about('throttled'))
  const [first] = await it.receiver.waitFor(1, 15_000)
  expect(first!.at.getTime() - sentAt).toBeGreaterThanOrEqual(4000)
  expect(it.receiver.requests).toBe(2)
})

test.concurrent('what is refused for good is asked once and set aside, others go through, and it can be sent back', {
  timeout: 30_000,
}, async () => {
  await using it = await startSlackQueue('refused')
  it.receiver.failNext({ status: 404, body: 'no_service' })
  await it.queue.send(about('refused'))
  await waitFor('the dead-letter queue', 15_000, async () => (await it.queue.dead()) === 1)
  expect(it.receiver.requests).toBe(1)
  await it.queue.send(about('refused-other'))
  await it.receiver.waitFor(1)
  await it.queue.redrive()
  expect(await it.receiver.waitFor(2)).toHaveLength(2)
})

test.concurrent('a message that is none ends in the dead-letter queue while others go through', {
  timeout: 30_000,
}, async () => {
  await using it = await startSlackQueue('poison')
  await it.queue.sendText('this is no JSON')
  await it.queue.send({ id: 'x', channel: 'slack' }, about('poison'))
  await it.receiver.waitFor(1)
  await waitFor('the dead-letter queue', 25_000, async () => (await it.queue.dead()) === 2)
  expect(it.receiver.received).toHaveLength(1)
})

test.concurrent('a webhook URL that was rotated is found without a deploy', { timeout: 20_000 }, async () => {
  await using it = await startSlackQueue('rotated')
  await it.queue.send(about('rotated-1'))
  await it.receiver.waitFor(1)
  await it.putSecret(`${it.receiver.url}/services/T1/B1/fresh`)
  it.receiver.failNext({ status: 403, body: 'invalid_token' })
  await it.queue.send(about('rotated-2'))
  const received = await it.receiver.waitFor(2)
  expect(received.map(({ path }) => path)).toEqual(['/services/T000/B000/XXXXSECRETXXXX', '/services/T1/B1/fresh'])
})

test.concurrent('mail: refused while the sender is not verified, delivered after', { timeout: 30_000 }, async () => {
  await using queue = await startQueue('mail', handlerOf(email, alerting()))
  const mail = notification('email', { payload: payload('firing', { groupKey: '{}:{test="mail"}' }) })
  await queue.send(mail)
  await waitFor('the dead-letter queue', 15_000, async () => (await queue.dead()) === 1)
  await new SESv2Client({}).send(new CreateEmailIdentityCommand({ EmailIdentity: 'fleetwatch@example.com' }))
  await queue.redrive()
  const mails = async () => await (await fetch(`${aws.endpoint}/_ministack/ses/messages`)).text()
  await waitFor('the mail', 15_000, async () =>
    (await mails()).includes('[critical] FIRING: McpServerDown on payments-mcp'),
  )
  expect(await mails()).toContain('night@example.com')
})
