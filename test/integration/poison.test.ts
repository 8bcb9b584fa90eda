import { expect, test } from 'vitest'
import { listVerdicts } from '../../lib/aws/servers-table.ts'
import { minuteOf } from '../../lib/model/sample.ts'
import { messagesIn, pollAll, queueUrl, send } from '../support/stack.ts'

test('poison messages end in the dead-letter queue while the others go through', async () => {
  await pollAll()
  const polls = await queueUrl('polls')
  const deadLetters = await queueUrl('polls dead')
  const before = await messagesIn(deadLetters)
  const from = new Date().toISOString()
  await send(polls, '{"deployments": "all of them"}')
  await send(polls, 'not even JSON')
  await send(polls, {
    reason: 'event',
    minute: minuteOf(Date.now()),
    batch: 'behind-poison',
    deployments: ['everything'],
  })
  await expect
    .poll(async () => ((await listVerdicts()).get('everything')?.at ?? '') > from, { timeout: 20_000 })
    .toBe(true)
  await expect.poll(() => messagesIn(deadLetters), { timeout: 60_000, interval: 500 }).toBe(before + 2)
})
