import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import * as z from 'zod'
import type { SecretReference } from '../model/secret-reference.ts'

const secretsManager = new SecretsManagerClient({})
const ssm = new SSMClient({})

/** How long a warm function trusts a value it has read; a rotated secret is found sooner by the re-read on 401. */
const TRUSTED_MS = 300_000

const cache = new Map<string, { value: Promise<string>; readAt: number }>()

/**
 * The secret a reference names: Secrets Manager (`#key` takes one key of a JSON secret) or an SSM parameter, decrypted.
 * Values are kept for five minutes; `fresh` reads anew. Throws when the secret does not exist, may not be read or is
 * empty; the message names the reference, never the value.
 */
export async function readSecret(reference: SecretReference, { fresh = false } = {}): Promise<string> {
  const known = cache.get(reference)
  if (known && !fresh && Date.now() - known.readAt < TRUSTED_MS) return known.value
  const value = fetchSecret(reference)
  cache.set(reference, { value, readAt: Date.now() })
  try {
    return await value
  } catch (error) {
    cache.delete(reference)
    throw new Error(
      `the secret ${reference} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    )
  }
}

async function fetchSecret(reference: SecretReference): Promise<string> {
  if (reference.startsWith('ssm:')) {
    const answer = await ssm.send(
      new GetParameterCommand({ Name: reference.slice('ssm:'.length), WithDecryption: true }),
    )
    return nonEmpty(answer.Parameter?.Value)
  }
  const [name = '', key] = reference.slice('secretsmanager:'.length).split('#')
  const answer = await secretsManager.send(new GetSecretValueCommand({ SecretId: name }))
  const text = nonEmpty(answer.SecretString)
  return key === undefined ? text : nonEmpty(keyOf(text, key))
}

function keyOf(text: string, key: string): string {
  try {
    return z
      .record(z.string(), z.unknown())
      .transform((all) => all[key])
      .pipe(z.string())
      .parse(JSON.parse(text))
  } catch {
    // The parser's own message would quote the secret.
    throw new Error(`it is no JSON object with a text under the key "${key}"`)
  }
}

function nonEmpty(value: string | undefined): string {
  const trimmed = value?.trim()
  if (!trimmed) throw new Error('it is empty')
  return trimmed
}
