import { gunzipSync, gzipSync } from 'node:zlib'
import { GetCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { readEnv } from '../config/env.ts'
import { CostLook, CostSeries, ServerMonth } from '../model/cost.ts'
import { chunk, dynamodb, expiresAt } from './dynamodb.ts'

/**
 * The costs table: `kind` = `month` (id: `2026-11#server`), `look` and `series` (id: `last`), `series-part` (id:
 * `2026-11-21T07:20:00.000Z#0`). Written by track-costs alone.
 */
const tableName = () => readEnv('COSTS_TABLE').COSTS_TABLE

/** Writes under way at the same time. */
const PARALLEL = 25
/** About 100 KB compressed, whatever the labels: well below an item's 400 KB. */
const SAMPLES_PER_PART = 5000
/** So long that the newest parts never expire under an evaluation, even when track-costs has been dead for months. */
const KEEP_PARTS_S = 400 * 86_400

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

const SeriesHead = z.object({ at: z.iso.datetime(), parts: z.number() })
const SeriesPart = z.object({ data: z.instanceof(Uint8Array) })
let lastRead: CostSeries | undefined

/**
 * The cost series as the last look at costs left them; none before the first. What was read before is kept in memory:
 * series of one look never change, and every evaluation asks for them.
 */
export async function readCostSeries(): Promise<CostSeries | undefined> {
  const item = await readLast('series')
  if (!item) return undefined
  const { at, parts } = SeriesHead.parse(item)
  if (lastRead?.at === at) return lastRead
  const samples = await Promise.all(Array.from({ length: parts }, (_, index) => readSeriesPart(partId(at, index))))
  lastRead = { at, samples: samples.flat() }
  return lastRead
}

async function readSeriesPart(id: string): Promise<CostSeries['samples']> {
  const answer = await dynamodb.send(new GetCommand({ TableName: tableName(), Key: { kind: 'series-part', id } }))
  if (!answer.Item) throw new Error(`part ${id} of the cost series is missing from the costs table`)
  return CostSeries.shape.samples.parse(JSON.parse(gunzipSync(SeriesPart.parse(answer.Item).data).toString()))
}

/**
 * Saves the series in compressed parts (an item takes 400 KB, which 1,000 servers with labels would exceed) and only
 * then points to them, so that a reader sees the old series or the new ones, never a mixture.
 */
export async function saveCostSeries({ at, samples }: CostSeries): Promise<void> {
  const TableName = tableName()
  const parts = chunk(samples, SAMPLES_PER_PART)
  const expires = { expiresAt: expiresAt(new Date(at), KEEP_PARTS_S) }
  for (const [index, part] of parts.entries()) {
    const data = gzipSync(JSON.stringify(part))
    const Item = { kind: 'series-part', id: partId(at, index), data, ...expires }
    await dynamodb.send(new PutCommand({ TableName, Item }))
  }
  await saveLast('series', { at, parts: parts.length })
}

function partId(at: string, index: number): string {
  return `${at}#${index}`
}

async function readLast(kind: string): Promise<Record<string, unknown> | undefined> {
  const answer = await dynamodb.send(new GetCommand({ TableName: tableName(), Key: { kind, id: 'last' } }))
  return answer.Item
}

async function saveLast(kind: string, content: object): Promise<void> {
  await dynamodb.send(new PutCommand({ TableName: tableName(), Item: { kind, id: 'last', ...content } }))
}
