import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { type Decision, Thread } from '../channels/ledger.ts'
import type { Receipt } from '../channels/receipt.ts'
import { readEnv } from '../config/env.ts'
import { dynamodb, expiresAt, isConditionFailed } from './dynamodb.ts'

/**
 * The deliveries table: per `thread` an item `#thread` (what lib/channels/ledger.ts decides on, with a version that
 * every write must meet) and one receipt per delivered notification.
 */
const tableName = () => readEnv('DELIVERIES_TABLE').DELIVERIES_TABLE

const HEAD = '#thread'
/** Longer than SQS can keep a message (14 days), so that a late copy still meets the item that knows of it. */
const KEEP_SECONDS = 30 * 86_400
/** Each lost race means that somebody else's write went through, so this many in a row do not happen by chance. */
const MAX_RACES = 20

const Head = z.object({ version: z.number(), state: Thread })

/**
 * Reads the thread, lets `decide` say what becomes of it, and writes that only if nobody has written in between;
 * otherwise it reads and decides again. A receipt is written in the same transaction.
 */
export async function updateThread<Answer>(
  thread: string,
  decide: (state: Thread) => Decision<Answer>,
  receipt?: Receipt,
): Promise<Answer> {
  for (let race = 0; race < MAX_RACES; race++) {
    const head = await readHead(thread)
    const { answer, next } = decide(head?.state ?? {})
    if (!next || (await writeHead(thread, next, head?.version, receipt))) return answer
  }
  throw new Error(`the delivery thread ${thread} was written by others ${MAX_RACES} times in a row`)
}

async function readHead(thread: string): Promise<z.infer<typeof Head> | undefined> {
  const answer = await dynamodb.send(
    new GetCommand({ TableName: tableName(), Key: { thread, notification: HEAD }, ConsistentRead: true }),
  )
  return answer.Item && Head.parse(answer.Item)
}

async function writeHead(
  thread: string,
  state: Thread,
  version: number | undefined,
  receipt: Receipt | undefined,
): Promise<boolean> {
  const TableName = tableName()
  const expires = { expiresAt: expiresAt(new Date(), KEEP_SECONDS) }
  const put = {
    TableName,
    Item: { thread, notification: HEAD, version: (version ?? 0) + 1, state, ...expires },
    ...(version === undefined
      ? { ConditionExpression: 'attribute_not_exists(thread)' }
      : {
          ConditionExpression: '#version = :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': version },
        }),
  }
  try {
    if (!receipt) await dynamodb.send(new PutCommand(put))
    else {
      const Item = { thread, ...receipt, ...expires }
      await dynamodb.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, { Put: { TableName, Item } }] }))
    }
    return true
  } catch (error) {
    if (isConditionFailed(error) || isTransactionRace(error)) return false
    throw error
  }
}

/** The condition failed, or another transaction was writing the same item at that moment. */
function isTransactionRace(error: unknown): boolean {
  const races = ['ConditionalCheckFailed', 'TransactionConflict']
  const Cancelled = z.object({
    name: z.literal('TransactionCanceledException'),
    CancellationReasons: z.array(z.object({ Code: z.string().optional() })),
  })
  const parsed = Cancelled.safeParse(error)
  return parsed.success && parsed.data.CancellationReasons.some(({ Code }) => races.includes(Code ?? ''))
}
