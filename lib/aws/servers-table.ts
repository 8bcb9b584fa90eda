import {
  BatchGetCommand,
  PutCommand,
  paginateQuery,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { readEnv } from '../config/env.ts'
import type { TaskStop } from '../model/ecs-facts.ts'
import { Server } from '../model/server.ts'
import { type KnownServer, ProbeState, TaskFacts } from '../model/server-state.ts'
import { Verdict } from '../model/verdict.ts'
import { chunk, dynamodb, expiresAt, isConditionFailed } from './dynamodb.ts'

/**
 * The servers table holds one item per server and facet, so that writers never touch each other's items: `registry`
 * (discover), `probe` (poll), `tasks` (on-task-event), and `stop` (one per stopped task, to count each once).
 * Keys: facet (partition), deployment (sort). Index `by-service`: serviceKey = cluster/service of registry items.
 */
const tableName = () => readEnv('SERVERS_TABLE').SERVERS_TABLE
const DAY_S = 86_400

/** All servers of the registry, sorted by name. */
export async function listServers(): Promise<Server[]> {
  return (await listFacet('registry')).map((item) => Server.parse(item))
}

/** The newest verdict of every server that was ever polled, by server name. */
export async function listVerdicts(): Promise<Map<string, Verdict>> {
  const items = await listFacet('probe')
  return new Map(items.map((item) => [String(item.deployment), Verdict.parse(item.verdict)]))
}

async function listFacet(facet: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  const pages = paginateQuery(
    { client: dynamodb },
    {
      TableName: tableName(),
      KeyConditionExpression: 'facet = :facet',
      ExpressionAttributeValues: { ':facet': facet },
    },
  )
  for await (const page of pages) items.push(...(page.Items ?? []))
  return items
}

/** Registry, probe and task facets of the named servers; names that are not in the registry are absent from the answer. */
export async function readServers(deployments: readonly string[]): Promise<KnownServer[]> {
  const keys = deployments.flatMap((deployment) =>
    ['registry', 'probe', 'tasks'].map((facet) => ({ facet, deployment })),
  )
  const items = new Map<string, Record<string, unknown>>()
  for (const part of chunk(keys, 100)) {
    for (const item of await batchGet(part)) items.set(`${item.facet}#${item.deployment}`, item)
  }
  return deployments.flatMap((deployment) => {
    const registry = items.get(`registry#${deployment}`)
    if (!registry) return []
    const probe = items.get(`probe#${deployment}`)
    const tasks = items.get(`tasks#${deployment}`)
    return {
      server: Server.parse(registry),
      ...(probe && { probe: ProbeState.parse(probe) }),
      tasks: tasks ? TaskFacts.parse(tasks) : { restarts: 0, stops: {} },
    }
  })
}

async function batchGet(keys: { facet: string; deployment: string }[]): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  let wanted: Record<string, unknown>[] = keys
  // What DynamoDB could not read in one answer (16 MB, throttling) it hands back to ask for again.
  for (let attempt = 0; wanted.length > 0; attempt++) {
    if (attempt > 8)
      throw new Error(`DynamoDB left ${wanted.length} keys of the servers table unread after ${attempt} tries`)
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt))
    const answer = await dynamodb.send(new BatchGetCommand({ RequestItems: { [tableName()]: { Keys: wanted } } }))
    items.push(...(answer.Responses?.[tableName()] ?? []))
    wanted = answer.UnprocessedKeys?.[tableName()]?.Keys ?? []
  }
  return items
}

/** The server behind an ECS service, or undefined when it is not in the registry. */
export async function findServerByService(cluster: string, service: string): Promise<Server | undefined> {
  const answer = await dynamodb.send(
    new QueryCommand({
      TableName: tableName(),
      IndexName: 'by-service',
      KeyConditionExpression: 'serviceKey = :key',
      ExpressionAttributeValues: { ':key': `${cluster}/${service}` },
      Limit: 1,
    }),
  )
  return answer.Items?.[0] ? Server.parse(answer.Items[0]) : undefined
}

/** Makes the registry hold exactly these servers: writes those that changed, removes those that are gone. */
export async function saveRegistry(changes: { put: Server[]; remove: string[] }): Promise<void> {
  const table = tableName()
  const writes = [
    ...changes.put.map((server) => ({
      Put: {
        TableName: table,
        Item: { facet: 'registry', serviceKey: `${server.cluster}/${server.service}`, ...server },
      },
    })),
    ...changes.remove.flatMap((deployment) =>
      ['registry', 'probe', 'tasks', 'drift'].map((facet) => ({
        Delete: { TableName: table, Key: { facet, deployment } },
      })),
    ),
  ]
  for (const TransactItems of chunk(writes, 99)) await dynamodb.send(new TransactWriteCommand({ TransactItems }))
}

/**
 * Saves a verdict and what the next probe needs to know. An overlapping poll that looked later wins: false means that a
 * newer verdict stands already.
 */
export async function saveProbeState(deployment: string, state: ProbeState): Promise<boolean> {
  try {
    await dynamodb.send(
      new PutCommand({
        TableName: tableName(),
        Item: { facet: 'probe', deployment, ...state, verdictAt: state.verdict.at },
        ConditionExpression: 'attribute_not_exists(verdictAt) OR verdictAt < :at',
        ExpressionAttributeValues: { ':at': state.verdict.at },
      }),
    )
    return true
  } catch (error) {
    if (isConditionFailed(error)) return false
    throw error
  }
}

/**
 * Counts a stopped task once, however often its event is delivered. `isRestart` tells whether nobody asked for the stop.
 * Returns false when this task was counted before.
 */
export async function recordTaskStop(
  deployment: string,
  stop: TaskStop,
  isRestart: boolean,
  now: Date,
): Promise<boolean> {
  const table = tableName()
  const count = `${stop.stopCode}|${stop.exitCode ?? ''}`
  await startTaskFacts(deployment)
  try {
    await dynamodb.send(
      new TransactWriteCommand({
        TransactItems: [
          {
            Put: {
              TableName: table,
              Item: { facet: 'stop', deployment: stop.taskArn, expiresAt: expiresAt(now, 7 * DAY_S) },
              ConditionExpression: 'attribute_not_exists(facet)',
            },
          },
          {
            Update: {
              TableName: table,
              Key: { facet: 'tasks', deployment },
              UpdateExpression:
                'SET stops.#count = if_not_exists(stops.#count, :zero) + :one, lastStop = :stop ADD restarts :restart',
              ExpressionAttributeNames: { '#count': count },
              ExpressionAttributeValues: { ':zero': 0, ':one': 1, ':stop': stop, ':restart': isRestart ? 1 : 0 },
            },
          },
        ],
      }),
    )
    return true
  } catch (error) {
    if (isCountedBefore(error)) return false
    throw error
  }
}

function isCountedBefore(error: unknown): boolean {
  const reasons = (error as { CancellationReasons?: { Code?: string }[] }).CancellationReasons
  return reasons?.[0]?.Code === 'ConditionalCheckFailed'
}

/** A map attribute must exist before one of its keys can be counted. */
async function startTaskFacts(deployment: string): Promise<void> {
  await dynamodb.send(
    new UpdateCommand({
      TableName: tableName(),
      Key: { facet: 'tasks', deployment },
      UpdateExpression: 'SET stops = if_not_exists(stops, :none), restarts = if_not_exists(restarts, :zero)',
      ExpressionAttributeValues: { ':none': {}, ':zero': 0 },
    }),
  )
}
