import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetQueueAttributesCommand, ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { inject } from 'vitest'
import { EcsAgent } from '../../lib/local/ecs-agent.ts'
import { waitFor } from '../../lib/local/wait-for.ts'

/** The deployed stack. Its settings go into this process' environment, so that lib/aws reaches the same tables. */
export const stack = inject('stack')
Object.assign(process.env, stack.env, stack.resources)

export const agent = new EcsAgent(stack.env)
const lambda = new LambdaClient({})
const sqs = new SQSClient({})

/** Invokes a deployed function and returns its answer; throws what it threw. */
export async function invoke(name: string, event: unknown): Promise<unknown> {
  const FunctionName = stack.resources[`${name.replaceAll('-', '_').toUpperCase()}_FUNCTION`]
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }))
  const payload = Buffer.from(answer.Payload ?? []).toString()
  if (answer.FunctionError) throw new Error(payload)
  return payload === '' ? undefined : JSON.parse(payload)
}

export function scheduled(id: string) {
  return { id, time: `${new Date().toISOString().slice(0, 19)}Z` }
}

/** Finds servers, polls them all and waits until each was looked at after now. */
export async function pollAll(): Promise<void> {
  const { listServers, listVerdicts } = await import('../../lib/aws/servers-table.ts')
  await invoke('discover', scheduled('discover'))
  const from = new Date().toISOString()
  await invoke('tick', scheduled('tick'))
  await waitFor('a fresh verdict on every server', 60_000, async () => {
    const [servers, verdicts] = await Promise.all([listServers(), listVerdicts()])
    return servers.every(({ deployment }) => (verdicts.get(deployment)?.at ?? '') > from)
  })
}

/** The queue whose name has these parts: `polls`, or `slack dead` for the dead letters. */
export async function queueUrl(parts: string): Promise<string> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ MaxResults: 1000 }))
  const fits = (url: string) =>
    parts.split(' ').every((part) => url.includes(part)) && url.includes('dead') === parts.includes('dead')
  const found = QueueUrls.find((url) => fits(url.toLowerCase()))
  if (!found) throw new Error(`no queue like "${parts}" among ${QueueUrls.join(', ')}`)
  return found
}

export async function send(url: string, body: unknown): Promise<void> {
  await sqs.send(
    new SendMessageCommand({ QueueUrl: url, MessageBody: typeof body === 'string' ? body : JSON.stringify(body) }),
  )
}

export async function messagesIn(url: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
  )
  return Number(Attributes?.ApproximateNumberOfMessages)
}
