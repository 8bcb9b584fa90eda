import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedAws } from '../../../lib/local/embedded-aws.ts'
import { startEmbeddedTables } from '../../support/embedded-tables.ts'

let aws: EmbeddedAws
let readSecret: typeof import('../../../lib/aws/secrets.ts').readSecret
beforeAll(async () => {
  aws = await startEmbeddedTables('secrets')
  ;({ readSecret } = await import('../../../lib/aws/secrets.ts'))
  const secrets = { plain: ' s3cret\n', json: '{"key":"s3cret","number":7}', broken: 's3cret: {', blank: ' ' }
  for (const [Name, SecretString] of Object.entries(secrets)) {
    await new SecretsManagerClient({}).send(new CreateSecretCommand({ Name, SecretString }))
  }
  await new SSMClient({}).send(new PutParameterCommand({ Name: '/a/b', Value: 's3cret', Type: 'SecureString' }))
}, 40_000)
afterAll(() => aws.stop())

test.for(['secretsmanager:plain', 'secretsmanager:json#key', 'ssm:/a/b'])(
  '%s is read, without blanks around it',
  async (reference) => {
    expect(await readSecret(reference)).toBe('s3cret')
  },
)

test.for([
  ['secretsmanager:none', /^the secret secretsmanager:none cannot be read: /],
  ['ssm:/none', /^the secret ssm:\/none cannot be read: /],
  ['secretsmanager:json#other', /#other cannot be read: it is no JSON object with a text under the key "other"$/],
  ['secretsmanager:json#number', /it is no JSON object with a text under the key "number"$/],
  ['secretsmanager:broken#key', /it is no JSON object with a text under the key "key"$/],
  ['secretsmanager:blank', /it is empty$/],
] as const)('%s is an error that names the reference and never the value', async ([reference, message]) => {
  const error: Error = await readSecret(reference).then(
    () => new Error('it was read'),
    (fault: Error) => fault,
  )
  expect(error.message).toMatch(message)
  expect(`${error.message} ${error.stack} ${error.cause}`).not.toContain('s3cret')
})

test('a value is kept until it is asked for anew; a failed read is not kept', async () => {
  const client = new SecretsManagerClient({})
  await client.send(new CreateSecretCommand({ Name: 'rotating', SecretString: 'old' }))
  expect(await readSecret('secretsmanager:rotating')).toBe('old')
  await client.send(new PutSecretValueCommand({ SecretId: 'rotating', SecretString: 'new' }))
  expect(await readSecret('secretsmanager:rotating')).toBe('old')
  expect(await readSecret('secretsmanager:rotating', { fresh: true })).toBe('new')
  expect(await readSecret('secretsmanager:rotating')).toBe('new')
  await expect(readSecret('secretsmanager:late')).rejects.toThrow('cannot be read')
  await client.send(new CreateSecretCommand({ Name: 'late', SecretString: 'here' }))
  expect(await readSecret('secretsmanager:late')).toBe('here')
})
