import * as z from 'zod'
import type { OAuthClientCredentials } from '../../model/probe-settings.ts'
import { plainRequest } from '../plain-request.ts'
import { signAssertion } from './client-assertion.ts'
import { isHeaderSafe, redactor, tokenFacts } from './credential.ts'
import type { TokenEndpoint } from './find-token-endpoint.ts'
import { misconfigured, parseJson, type TokenFault, type TokenIo } from './token-fault.ts'

const TIMEOUT_MS = 5_000
const MAX_BYTES = 256 * 1024
/** What a token without any word on its life is trusted for. */
const UNKNOWN_LIFE_MS = 300_000

export type TokenAnswer =
  | { ok: true; token: string; expiresAt: Date; scope?: string[]; audience?: string[] }
  | TokenFault

const TokenResponse = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string(),
  expires_in: z.coerce.number().positive().optional(),
  scope: z.string().optional(),
})
const ErrorResponse = z.looseObject({ error: z.string(), error_description: z.string().optional() })
/** Asks for an access token by client credentials (RFC 6749, 4.4) for one resource (RFC 8707). */
export async function requestToken(
  auth: OAuthClientCredentials,
  resource: string,
  secret: string,
  endpoint: TokenEndpoint,
  io: TokenIo,
): Promise<TokenAnswer> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (auth.scope) form.set('scope', auth.scope.join(' '))
  if (auth.resource !== 'none') form.set('resource', auth.resource ?? resource)
  if (auth.audience) form.set('audience', auth.audience)
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': io.userAgent,
  }
  const method = auth.client_auth ?? defaultMethod(auth, endpoint)
  if (method === 'client_secret_basic') {
    headers.authorization = `Basic ${Buffer.from(`${formEncode(auth.client_id)}:${formEncode(secret)}`).toString('base64')}`
  } else {
    form.set('client_id', auth.client_id)
  }
  if (method === 'client_secret_post') form.set('client_secret', secret)
  if (method === 'private_key_jwt') {
    const claims = {
      clientId: auth.client_id,
      audience: endpoint.audience,
      algorithm: auth.algorithm,
      keyId: auth.key_id,
    }
    const signed = await signAssertion(secret, claims, io.now)
    if (!signed.ok) return misconfigured(`the private key ${auth.private_key} is unusable: ${signed.message}`)
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    form.set('client_assertion', signed.assertion)
  }
  const answer = await plainRequest({
    url: endpoint.url,
    method: 'POST',
    headers,
    body: form.toString(),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    step: 'the request for a token',
    guard: io.guard,
  })
  if (!answer.ok) return { ok: false, reason: 'unavailable', message: answer.message.replace(/\.$/, '') }
  return readAnswer(answer.status, answer.body, redactor([secret, headers.authorization ?? '']), io.now)
}

function readAnswer(status: number, body: string, redact: (text: string) => string, now: Date): TokenAnswer {
  const json = parseJson(body)
  const token = status === 200 ? TokenResponse.safeParse(json) : undefined
  if (token?.success) return readToken(token.data, now)
  const error = ErrorResponse.safeParse(json)
  const said = error.success ? redact(`${error.data.error}: ${error.data.error_description ?? ''}`).slice(0, 200) : ''
  const detail = said.replace(/: $/, '')
  if (status === 429 || status >= 500) {
    const message = `the token endpoint answered HTTP ${status}${detail && ` (${detail})`}`
    return { ok: false, reason: 'unavailable', message }
  }
  if (status === 200) return misconfigured('the token endpoint answered without a token')
  if (!error.success) return misconfigured(`the token endpoint answered HTTP ${status}; is token_url right?`)
  return { ok: false, reason: 'refused', message: `${explain(error.data.error)} (${detail})` }
}

function readToken(answer: z.infer<typeof TokenResponse>, now: Date): TokenAnswer {
  const { access_token, token_type, expires_in, scope } = answer
  if (token_type.toLowerCase() !== 'bearer') return misconfigured(`the token is of type "${token_type}", not Bearer`)
  if (!isHeaderSafe(access_token)) return misconfigured('the token holds characters that no HTTP header may carry')
  const facts = tokenFacts(access_token)
  const stated = expires_in === undefined ? facts.expiresAt : new Date(now.getTime() + expires_in * 1000)
  const granted = scope?.split(' ') ?? facts.scope
  return {
    ok: true,
    token: access_token,
    expiresAt: stated ?? new Date(now.getTime() + UNKNOWN_LIFE_MS),
    ...(granted && { scope: granted }),
    ...(facts.audience && { audience: facts.audience }),
  }
}

/** What each error of RFC 6749, section 5.2, and RFC 8707 means for the person who set it up. */
function explain(error: string): string {
  const meanings: Record<string, string> = {
    invalid_client: 'the authorization server does not accept the client: its id, secret or key is wrong or expired',
    unauthorized_client: 'the client may not use the client credentials grant',
    unsupported_grant_type: 'the authorization server does not offer the client credentials grant',
    invalid_scope: 'the scope asked for is unknown or not granted to the client',
    invalid_target: 'the authorization server does not know the resource; set "resource" or resource: none',
    invalid_grant: 'the authorization server does not accept the grant',
    invalid_request: 'the authorization server finds the request malformed',
  }
  return meanings[error] ?? 'the authorization server gives no token'
}

function defaultMethod(auth: OAuthClientCredentials, endpoint: TokenEndpoint) {
  if (auth.private_key) return 'private_key_jwt'
  const { methods } = endpoint
  return methods?.includes('client_secret_post') && !methods.includes('client_secret_basic')
    ? 'client_secret_post'
    : 'client_secret_basic'
}

/** RFC 6749, 2.3.1: id and secret are form-encoded before they are joined. */
function formEncode(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice(2)
}
