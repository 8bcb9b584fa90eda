import { gunzipSync, gzipSync } from 'node:zlib'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { readEnv } from '../config/env.ts'
import { DriftState } from '../model/drift.ts'
import { dynamodb, isConditionFailed } from './dynamodb.ts'

/**
 * Drift states are facet `drift` of the servers table: one item per server, apart from the probe's own since it may be
 * large (the schemas of all tools) and is read only when the tools change. Compressed, and versioned so that accepting
 * drift and a poll never overwrite each other.
 */
const tableName = () => readEnv('SERVERS_TABLE').SERVERS_TABLE

const Item = z.object({ state: z.instanceof(Uint8Array), version: z.number() })

/** The drift state of a server; an empty one, version 0, before its tools were first seen. */
export async function readDrift(deployment: string): Promise<{ state: DriftState; version: number }> {
  const answer = await dynamodb.send(
    new GetCommand({ TableName: tableName(), Key: { facet: 'drift', deployment }, ConsistentRead: true }),
  )
  if (!answer.Item) return { state: {}, version: 0 }
  const { state, version } = Item.parse(answer.Item)
  return { state: DriftState.parse(JSON.parse(gunzipSync(state).toString())), version }
}

/** Saves a drift state read at this version; false when somebody else has saved another since. */
export async function saveDrift(deployment: string, state: DriftState, version: number): Promise<boolean> {
  try {
    await dynamodb.send(
      new PutCommand({
        TableName: tableName(),
        Item: { facet: 'drift', deployment, state: gzipSync(JSON.stringify(state)), version: version + 1 },
        ConditionExpression: 'attribute_not_exists(deployment) OR #version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': version },
      }),
    )
    return true
  } catch (error) {
    if (isConditionFailed(error)) return false
    throw error
  }
}
