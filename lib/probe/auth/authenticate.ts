import type { OAuthClientCredentials, ProbeAuth } from '../../model/probe-settings.ts'
import type { SecretReference } from '../../model/secret-reference.ts'
import type { Guard } from '../guard.ts'
import { type Credential, createCredential, isHeaderSafe, tokenFacts } from './credential.ts'
import { findTokenEndpoint, type TokenEndpoint } from './find-token-endpoint.ts'
import type { TokenFault } from './token-fault.ts'
import { requestToken, type TokenAnswer } from './token-request.ts'

/** Reads a secret; `fresh` passes over what was read before. Throws when it cannot be read. */
export type SecretReader = (reference: SecretReference, options?: { fresh?: boolean }) => Promise<string>

export interface AuthFailure {
  ok: false
  /** `misconfigured` and `refused` want a person; `unavailable` may pass. None is the MCP server's fault. */
  reason: TokenFault['reason']
  message: string
}
export type Authentication = { ok: true; credential: Credential } | AuthFailure

/** Gives the credential a server is probed with. `fresh` re-reads its secrets and asks for a new token. */
export type Authenticate = (
  server: { endpoint: string; auth: ProbeAuth },
  options?: { fresh?: boolean },
) => Promise<Authentication>

interface Io {
  readSecret: SecretReader
  guard: Guard
  userAgent: string
  now(): Date
}

type Token = Extract<TokenAnswer, { ok: true }> & { renewAt: number; secret: string }

/**
 * Makes an `Authenticate` with a token cache of its own, which a warm function keeps. A token is renewed after four
 * fifths of its life; if that fails, the old one serves until its end and the credential carries a notice.
 */
export function createAuthenticate(io: Io): Authenticate {
  const tokens = new Map<string, Token>()
  const endpoints = new Map<string, TokenEndpoint>()
  const underWay = new Map<string, Promise<Authentication>>()

  const oauth = async (
    endpoint: string,
    auth: OAuthClientCredentials,
    key: string,
    fresh: boolean,
  ): Promise<Authentication> => {
    const nowMs = io.now().getTime()
    const known = tokens.get(key)
    if (known && !fresh && nowMs < known.renewAt) return { ok: true, credential: bearerOf(endpoint, known) }
    const renewed = await fetchToken(endpoint, auth, fresh)
    if (renewed.ok) {
      tokens.set(key, renewed)
      return { ok: true, credential: bearerOf(endpoint, renewed) }
    }
    // A token the server has just refused is no fallback.
    if (known && !fresh && nowMs < known.expiresAt.getTime()) {
      const notice = `The access token cannot be renewed and ends at ${known.expiresAt.toISOString()}: ${renewed.message}.`
      return { ok: true, credential: bearerOf(endpoint, known, [notice]) }
    }
    return failed(`No access token for the probe: ${renewed.message}.`, renewed.reason)
  }

  const fetchToken = async (
    resource: string,
    auth: OAuthClientCredentials,
    fresh: boolean,
  ): Promise<Token | TokenFault> => {
    const reference = auth.client_secret ?? auth.private_key ?? ''
    const secret = await readOne(io.readSecret, reference, fresh, 'client')
    if (!secret.ok) return secret
    const tokenIo = { guard: io.guard, userAgent: io.userAgent, now: io.now() }
    const where = auth.token_url ?? auth.issuer ?? ''
    const endpoint = (fresh ? undefined : endpoints.get(where)) ?? (await findTokenEndpoint(auth, tokenIo))
    if ('ok' in endpoint) return endpoint
    endpoints.set(where, endpoint)
    const answer = await requestToken(auth, resource.split('#')[0] ?? resource, secret.value, endpoint, tokenIo)
    if (!answer.ok) return answer
    const lifeMs = answer.expiresAt.getTime() - tokenIo.now.getTime()
    return { ...answer, renewAt: tokenIo.now.getTime() + lifeMs * 0.8, secret: secret.value }
  }

  return async ({ endpoint, auth }, { fresh = false } = {}) => {
    if (auth.type === 'none' || auth.type === 'expect_challenge') {
      return { ok: true, credential: createCredential(endpoint, {}) }
    }
    if (auth.type !== 'oauth_client_credentials') return fromSecrets(io.readSecret, endpoint, auth, fresh)
    const key = JSON.stringify([auth, new URL(endpoint).href])
    // Several probes of one server at once share one request to the token endpoint.
    const id = `${fresh}${key}`
    const shared = underWay.get(id) ?? oauth(endpoint, auth, key, fresh).finally(() => underWay.delete(id))
    underWay.set(id, shared)
    return shared
  }
}

/**
 * Runs an attempt with the server's credential. When the server refuses it (401), the secrets are read once more and, if
 * they have changed, the attempt is made again: a rotated secret looks like a refusal. Then the result stands.
 */
export async function withCredential<T>(
  authenticate: Authenticate,
  server: { endpoint: string; auth: ProbeAuth },
  attempt: (credential: Credential) => Promise<T>,
  isRefused: (result: T) => boolean,
): Promise<{ ok: true; result: T; credential: Credential } | AuthFailure> {
  const first = await authenticate(server)
  if (!first.ok) return first
  const result = await attempt(first.credential)
  const stands = { ok: true as const, result, credential: first.credential }
  if (!isRefused(result) || server.auth.type === 'none' || server.auth.type === 'expect_challenge') return stands
  const second = await authenticate(server, { fresh: true })
  if (!second.ok || second.credential.equals(first.credential)) return stands
  return { ok: true, result: await attempt(second.credential), credential: second.credential }
}

async function fromSecrets(
  readSecret: SecretReader,
  endpoint: string,
  auth: Extract<ProbeAuth, { type: 'bearer' | 'headers' }>,
  fresh: boolean,
): Promise<Authentication> {
  const wanted: [header: string, reference: SecretReference][] =
    auth.type === 'bearer' ? [['authorization', auth.token]] : Object.entries(auth.headers)
  const headers: Record<string, string> = {}
  const tokens: { name: string; value: string }[] = []
  for (const [header, reference] of wanted) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header)) return failed(`"${header}" is no name of an HTTP header.`)
    const secret = await readOne(readSecret, reference, fresh, 'header')
    if (!secret.ok) return failed(`No credential for the probe: ${secret.message}.`, secret.reason)
    const bare = secret.value.replace(/^bearer +/i, '')
    headers[header.toLowerCase()] = auth.type === 'bearer' ? `Bearer ${bare}` : secret.value
    tokens.push({ name: auth.type === 'bearer' ? 'token' : header.toLowerCase(), value: bare })
  }
  const facts = tokens.map(({ name, value }) => ({ name, ...tokenFacts(value) }))
  const { name: _, ...first } = facts[0] ?? { name: '' }
  const expiries = facts.flatMap(({ name, expiresAt }) => (expiresAt ? { credential: name, expiresAt } : []))
  return {
    ok: true,
    credential: createCredential(endpoint, headers, {
      secrets: tokens.map(({ value }) => value),
      facts: first,
      expiries,
    }),
  }
}

function bearerOf(endpoint: string, token: Token, notices: string[] = []): Credential {
  const { expiresAt, scope, audience } = token
  return createCredential(
    endpoint,
    { authorization: `Bearer ${token.token}` },
    { secrets: [token.secret], facts: { expiresAt, ...(scope && { scope }), ...(audience && { audience }) }, notices },
  )
}

type ReadSecret = { ok: true; value: string } | TokenFault

/** Reads one secret and says what is wrong with it, so that nobody has to look at its value. */
async function readOne(
  readSecret: SecretReader,
  reference: SecretReference,
  fresh: boolean,
  use: 'header' | 'client',
): Promise<ReadSecret> {
  let value: string
  try {
    value = (await readSecret(reference, { fresh })).trim()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const message = why.includes(reference) ? why : `the secret ${reference} cannot be read: ${why}`
    return { ok: false, reason: 'unavailable', message }
  }
  const wrong = (what: string): ReadSecret => ({
    ok: false,
    reason: 'misconfigured',
    message: `the secret ${reference} ${what}`,
  })
  if (value === '') return wrong('is empty')
  if (value.startsWith('{') && !value.includes('"kty"'))
    return wrong('holds JSON: name the key that is meant, such as secretsmanager:NAME#token')
  if (use === 'header' && !isHeaderSafe(value))
    return wrong('holds characters that no HTTP header may carry, perhaps a line break')
  return { ok: true, value }
}

function failed(message: string, reason: AuthFailure['reason'] = 'misconfigured'): AuthFailure {
  return { ok: false, reason, message }
}
