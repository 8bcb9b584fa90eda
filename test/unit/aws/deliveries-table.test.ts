import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedAws } from '../../../lib/local/embedded-aws.ts'
import { startEmbeddedTables } from '../../support/embedded-tables.ts'

let aws: EmbeddedAws
let updateThread: typeof import('../../../lib/aws/deliveries-table.ts').updateThread
beforeAll(async () => {
  aws = await startEmbeddedTables('deliveries')
  ;({ updateThread } = await import('../../../lib/aws/deliveries-table.ts'))
}, 40_000)
afterAll(() => aws.stop())

async function itemsOf(thread: string) {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}))
  const { Items } = await client.send(
    new QueryCommand({
      TableName: process.env.DELIVERIES_TABLE,
      KeyConditionExpression: 'thread = :thread',
      ExpressionAttributeValues: { ':thread': thread },
    }),
  )
  return Items ?? []
}

const receipt = (notification: string) => ({
  notification,
  channel: 'slack',
  receiver: 'team',
  integration: 'slack_configs[0]',
  status: 'firing',
  groupKey: '{}:{}',
  deliveredAt: '2026-11-21T09:05:00.000Z',
})

test('ten at once: every one decides on what the one before has written', async () => {
  const seen = await Promise.all(
    Array.from({ length: 10 }, () =>
      updateThread('counted', ({ sequence = 0 }) => ({ answer: sequence, next: { sequence: sequence + 1 } })),
    ),
  )
  expect(seen.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('receipts are written with the thread, also when several race', async () => {
  await Promise.all(
    ['n1', 'n2', 'n3'].map((id) =>
      updateThread(
        'receipts',
        ({ sequence = 0 }) => ({ answer: undefined, next: { sequence: sequence + 1 } }),
        receipt(id),
      ),
    ),
  )
  const items = await itemsOf('receipts')
  expect(items.map(({ notification }) => notification)).toEqual(['#thread', 'n1', 'n2', 'n3'])
  expect(items[0]).toMatchObject({ version: 3, state: { sequence: 3 } })
  const inDays = (Number(items[1]?.expiresAt) - Date.now() / 1000) / 86_400
  expect(inDays).toBeGreaterThan(14)
  expect(inDays).toBeLessThan(31)
})

test('nothing is written when nothing is decided', async () => {
  expect(await updateThread('untouched', () => ({ answer: 'no' }))).toBe('no')
  expect(await itemsOf('untouched')).toEqual([])
})
