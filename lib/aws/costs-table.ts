import { BatchWriteCommand, GetCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb'
import { z } from 'zod'
import { readEnv } from '../config/env.ts'
import { CostSeries, ServerMonth } from '../model/cost.ts'
import { chunk, dynamodb } from './dynamodb.ts'

/**
 * The costs table: `kind` = `month` (id: `2026-11#server`), `fetch` and `series` (id: `last`). Written by track-costs
 * alone.
 */
const tableName = () => readEnv('COSTS_TABLE').COSTS_TABLE

const Fetch = z.object({ at: z.iso.datetime(), requests: z.number() })
/** When Cost Explorer was last asked, and how many paid requests that took. */
export type Fetch = z.infer<typeof Fetch>

/** Every server's costs of the calendar months given, `2026-11`. */
export async function readMonths(months: readonly string[]): Promise<ServerMonth[]> {
  const found = await Promise.all([...new Set(months)].map(readMonth))
  return found.flat()
}

async function readMonth(month: string): Promise<ServerMonth[]> {
  const items: ServerMonth[] = []
  const pages = paginateQuery(
    { client: dynamodb },
    {
      TableName: tableName(),
      KeyConditionExpression: 'kind = :kind AND begins_with(id, :month)',
      ExpressionAttributeValues: { ':kind': 'month', ':month': `${month}#` },
    },
  )
  for await (const page of pages) items.push(...(page.Items ?? []).map((item) => ServerMonth.parse(item)))
  return items
}

/** Replaces the stored months; the same write twice changes nothing. */
export async function saveMonths(months: readonly ServerMonth[]): Promise<void> {
  const table = tableName()
  const puts = months.map((month) => ({
    PutRequest: { Item: { kind: 'month', id: `${month.month}#${month.server}`, ...month } },
  }))
  for (const part of chunk(puts, 25)) await writeBatch(table, part)
}

async function writeBatch(table: string, puts: { PutRequest: { Item: Record<string, unknown> } }[]): Promise<void> {
  let open: typeof puts = puts
  // What DynamoDB had no room for it hands back to be written again.
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt > 8) throw new Error(`DynamoDB left ${open.length} writes to the costs table undone`)
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt))
    const answer = await dynamodb.send(new BatchWriteCommand({ RequestItems: { [table]: open } }))
    open = (answer.UnprocessedItems?.[table] ?? []) as typeof puts
  }
}

/** The last look at Cost Explorer, or undefined before the first. */
export async function readFetch(): Promise<Fetch | undefined> {
  const item = await readLast('fetch')
  return item && Fetch.parse(item)
}

export async function saveFetch(fetch: Fetch): Promise<void> {
  await saveLast('fetch', fetch)
}

/** The cost series as the last look at costs left them; none before the first. */
export async function readCostSeries(): Promise<CostSeries | undefined> {
  const item = await readLast('series')
  return item && CostSeries.parse(item)
}

export async function saveCostSeries(series: CostSeries): Promise<void> {
  await saveLast('series', series)
}

async function readLast(kind: string): Promise<Record<string, unknown> | undefined> {
  const answer = await dynamodb.send(new GetCommand({ TableName: tableName(), Key: { kind, id: 'last' } }))
  return answer.Item
}

async function saveLast(kind: string, content: object): Promise<void> {
  await dynamodb.send(new PutCommand({ TableName: tableName(), Item: { kind, id: 'last', ...content } }))
}
