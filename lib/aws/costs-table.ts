import { GetCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb'
import { readEnv } from '../config/env.ts'
import { CostLook, CostSeries, ServerMonth } from '../model/cost.ts'
import { chunk, dynamodb } from './dynamodb.ts'

/**
 * The costs table: `kind` = `month` (id: `2026-11#server`), `look` and `series` (id: `last`). Written by track-costs
 * alone.
 */
const tableName = () => readEnv('COSTS_TABLE').COSTS_TABLE

/** Writes under way at the same time. */
const PARALLEL = 25

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
  const TableName = tableName()
  for (const part of chunk(months, PARALLEL)) {
    await Promise.all(
      part.map((month) => {
        const Item = { kind: 'month', id: `${month.month}#${month.server}`, ...month }
        return dynamodb.send(new PutCommand({ TableName, Item }))
      }),
    )
  }
}

/** The last look at costs, or undefined before the first. */
export async function readCostLook(): Promise<CostLook | undefined> {
  const item = await readLast('look')
  return item && CostLook.parse(item)
}

export async function saveCostLook(look: CostLook): Promise<void> {
  await saveLast('look', look)
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
