import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { type EmbeddedAws, startEmbeddedAws } from '../../lib/local/embedded-aws.ts'

const TABLES = {
  SERVERS_TABLE: ['facet', 'deployment'],
  SAMPLES_TABLE: ['minute', 'part'],
  ALERTS_TABLE: ['kind', 'id'],
  COSTS_TABLE: ['kind', 'id'],
  DELIVERIES_TABLE: ['thread', 'notification'],
} as const

/**
 * An embedded AWS with empty tables and the parameter the command line finds them by, without a deploy: up in about a
 * second. This process' environment is set to it, for lib/aws.
 */
export async function startEmbeddedTables(name: string): Promise<EmbeddedAws> {
  const folder = join(import.meta.dirname, '../../.local', `${name}-${process.pid}`)
  const aws = await startEmbeddedAws(folder)
  Object.assign(process.env, aws.env)
  const dynamodb = new DynamoDBClient({})
  const names: Record<string, string> = {}
  for (const [variable, [partition, sort]] of Object.entries(TABLES)) {
    const TableName = variable.toLowerCase()
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [partition, sort].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: partition, KeyType: 'HASH' },
          { AttributeName: sort, KeyType: 'RANGE' },
        ],
      }),
    )
    names[variable] = TableName
  }
  const parameter = { Name: '/fleetwatch/resources', Type: 'String' as const, Value: JSON.stringify(names) }
  await new SSMClient({}).send(new PutParameterCommand(parameter))
  Object.assign(process.env, names)
  return {
    ...aws,
    stop: async () => {
      await aws.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
