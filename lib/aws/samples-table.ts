import { PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb'
import { readEnv } from '../config/env.ts'
import { type EncodedPart, encodeBlock } from '../metrics/block-codec.ts'
import { type Block, minuteOf } from '../model/sample.ts'
import { dynamodb, expiresAt, isConditionFailed } from './dynamodb.ts'

/**
 * The samples table: one item per part of a block, written once. Keys: minute (`2026-11-21T09:18`, or the day for
 * rolled-up samples; partition) and part
 * (`source#batch#n`, sort). A TTL removes them after their retention.
 */
const tableName = () => readEnv('SAMPLES_TABLE').SAMPLES_TABLE

/** The range that every sample is kept for (1 h), its look-back, and room to replay an evening. */
const RETENTION_S = 26 * 3600
/** Rolled-up samples are kept for the longest range of a rule, three days, and an hour more. */
const ROLLED_RETENTION_S = 73 * 3600
const DAY_MS = 86_400_000

/** A part of a block as it stands in the table; `id` names it among all parts. */
export interface StoredPart extends EncodedPart {
  id: string
  minute: string
}

/** Writes a block unless it is there already: the first write of (minute, source, batch) stands. */
export async function writeBlock(block: Block): Promise<void> {
  await writeOnce(block, expiresAt(new Date(`${block.minute}:00Z`), RETENTION_S))
}

/** Writes a block of rolled-up samples, whose `minute` is a day, unless it is there already. */
export async function writeRolled(block: Block, at: Date): Promise<void> {
  await writeOnce(block, expiresAt(at, ROLLED_RETENTION_S))
}

async function writeOnce(block: Block, ttl: number): Promise<void> {
  const writes = encodeBlock(block).map((part, index) =>
    putOnce({ minute: block.minute, part: `${block.source}#${block.batch}#${index}`, expiresAt: ttl, ...part }),
  )
  await Promise.all(writes)
}

async function putOnce(item: Record<string, unknown>): Promise<void> {
  try {
    await dynamodb.send(
      new PutCommand({ TableName: tableName(), Item: item, ConditionExpression: 'attribute_not_exists(part)' }),
    )
  } catch (error) {
    if (!isConditionFailed(error)) throw error
  }
}

/** All parts of the minutes that touch the time span, oldest minute first; `skip` leaves out minutes known as complete. */
export async function readParts(
  from: Date,
  to: Date,
  skip: (minute: string) => boolean = () => false,
): Promise<StoredPart[]> {
  const minutes: string[] = []
  for (let at = Math.floor(from.getTime() / 60_000) * 60_000; at <= to.getTime(); at += 60_000)
    minutes.push(minuteOf(at))
  const wanted = minutes.filter((minute) => !skip(minute))
  const parts: StoredPart[] = []
  // A cold start reads over an hour: eight minutes at a time keep it short without a burst of connections.
  for (let index = 0; index < wanted.length; index += 8) {
    const pages = await Promise.all(wanted.slice(index, index + 8).map(readMinute))
    parts.push(...pages.flat())
  }
  return parts
}

/** Rolled-up blocks of the days that touch the time span; `at` is the end of a block's slot. */
export async function readRolled(from: Date, to: Date): Promise<(StoredPart & { at: number })[]> {
  const days: string[] = []
  for (let at = Math.floor(from.getTime() / DAY_MS) * DAY_MS; at <= to.getTime(); at += DAY_MS) {
    days.push(new Date(at).toISOString().slice(0, 10))
  }
  const parts = (await Promise.all(days.map(readMinute))).flat()
  return parts.map((part) => ({ ...part, at: Number(part.id.split('#')[2]) }))
}

async function readMinute(minute: string): Promise<StoredPart[]> {
  const parts: StoredPart[] = []
  const pages = paginateQuery(
    { client: dynamodb },
    {
      TableName: tableName(),
      KeyConditionExpression: '#minute = :minute',
      ExpressionAttributeNames: { '#minute': 'minute' },
      ExpressionAttributeValues: { ':minute': minute },
    },
  )
  for await (const page of pages) {
    for (const { part, expiresAt: _ttl, ...item } of page.Items ?? []) {
      parts.push({ ...(item as EncodedPart), id: `${minute}#${part}`, minute })
    }
  }
  return parts
}
