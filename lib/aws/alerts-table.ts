import { paginateQuery, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import { readEnv } from '../config/env.ts'
import { Alert } from '../model/alert.ts'
import { Notification } from '../model/notification.ts'
import type { DecidedChange } from '../routing/decide-telling.ts'
import { chunk, dynamodb } from './dynamodb.ts'

/**
 * The alerts table: `kind` = `alert` (id: fingerprint) or `outbox` (id: notification id). A change of an alert and the
 * notifications it causes are written in one transaction, so that neither exists without the other.
 */
const tableName = () => readEnv('ALERTS_TABLE').ALERTS_TABLE

/** Most actions that one DynamoDB transaction takes (DynamoDB API reference, TransactWriteItems). */
const TRANSACTION_LIMIT = 100

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

export async function listAlerts(): Promise<Alert[]> {
  return (await listKind('alert')).map((item) => Alert.parse(item))
}

/** Notifications that are decided but not yet known to be published, oldest first. */
export async function listOutbox(): Promise<Notification[]> {
  const notifications = (await listKind('outbox')).map((item) => Notification.parse(item.notification))
  return notifications.sort((a, b) => a.sequence - b.sequence)
}

async function listKind(kind: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  const pages = paginateQuery(
    { client: dynamodb },
    {
      TableName: tableName(),
      ConsistentRead: true,
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': kind },
    },
  )
  for await (const page of pages) items.push(...(page.Items ?? []))
  return items
}

/**
 * Writes the changes, each alert together with its notifications. Changes are cut into transactions of at most 100
 * actions, never through a change. A change whose alert was written by somebody else meanwhile is refused with its
 * whole transaction: the error surfaces, and the retried evaluation decides again from what is stored then.
 */
export async function saveChanges(changes: DecidedChange[]): Promise<void> {
  for (const TransactItems of packTransactions(changes.map(writesOf))) {
    await dynamodb.send(new TransactWriteCommand({ TransactItems }))
  }
}

function writesOf({ change, notifications }: DecidedChange): Write[] {
  const table = tableName()
  const condition = change.previous
    ? {
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': change.previous.version },
      }
    : { ConditionExpression: 'attribute_not_exists(kind)' }
  const key = { kind: 'alert', id: change.alert.fingerprint }
  const alertWrite: Write = change.remove
    ? { Delete: { TableName: table, Key: key, ...condition } }
    : { Put: { TableName: table, Item: { ...key, ...change.alert }, ...condition } }
  return [
    alertWrite,
    ...notifications.map((notification) => ({
      Put: { TableName: table, Item: { kind: 'outbox', id: notification.id, notification } },
    })),
  ]
}

/** Cuts groups of writes into transactions of at most 100 actions without splitting a group. */
export function packTransactions<T>(groups: T[][], limit = TRANSACTION_LIMIT): T[][] {
  const transactions: T[][] = []
  let current: T[] = []
  for (const group of groups) {
    if (group.length > limit) {
      throw new Error(
        `one alert causes ${group.length - 1} notifications; at most ${limit - 1} fit into one transaction`,
      )
    }
    if (current.length + group.length > limit) {
      transactions.push(current)
      current = []
    }
    current.push(...group)
  }
  if (current.length > 0) transactions.push(current)
  return transactions
}

/** Takes published notifications out of the outbox. */
export async function markPublished(notificationIds: string[]): Promise<void> {
  const table = tableName()
  const deletes = notificationIds.map((id) => ({ Delete: { TableName: table, Key: { kind: 'outbox', id } } }))
  for (const TransactItems of chunk(deletes, TRANSACTION_LIMIT)) {
    await dynamodb.send(new TransactWriteCommand({ TransactItems }))
  }
}
