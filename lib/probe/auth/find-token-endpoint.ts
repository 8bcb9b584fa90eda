import * as z from 'zod'
import type { OAuthClientCredentials } from '../../model/probe-settings.ts'
import { plainRequest } from '../plain-request.ts'
import { misconfigured, parseJson, type TokenFault, type TokenIo } from './token-fault.ts'

const TIMEOUT_MS = 5_000
const MAX_BYTES = 256 * 1024

const Metadata = z.looseObject({
  issuer: z.string(),
  token_endpoint: z.url(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
})

export interface TokenEndpoint {
  url: string
  /** What a client assertion is made out to. */
  audience: string
  methods?: string[]
}

/**
 * Finds the token endpoint: as configured, or from the issuer's metadata (RFC 8414, then OpenID Connect Discovery).
 * The metadata must carry the issuer's own name, as the RFC demands.
 */
export async function findTokenEndpoint(
  auth: OAuthClientCredentials,
  io: TokenIo,
): Promise<TokenEndpoint | TokenFault> {
  if (auth.token_url !== undefined) return { url: auth.token_url, audience: auth.token_url }
  const issuer = auth.issuer ?? ''
  let failure = ''
  for (const url of metadataUrls(issuer)) {
    const answer = await plainRequest({
      url,
      headers: { accept: 'application/json', 'user-agent': io.userAgent },
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      step: 'the request for OAuth metadata',
      guard: io.guard,
    })
    if (!answer.ok) return { ok: false, reason: 'unavailable', message: answer.message.replace(/\.$/, '') }
    const metadata = answer.status === 200 ? Metadata.safeParse(parseJson(answer.body)) : undefined
    if (metadata?.success) return trusted(metadata.data, issuer)
    failure ||= `${new URL(url).pathname} answered HTTP ${answer.status}${answer.status === 200 ? ' without usable metadata' : ''}`
    if (answer.status >= 500 || answer.status === 429) return { ok: false, reason: 'unavailable', message: failure }
  }
  return misconfigured(`the issuer ${issuer} publishes no OAuth metadata (${failure}); set token_url instead`)
}

function trusted(metadata: z.infer<typeof Metadata>, issuer: string): TokenEndpoint | TokenFault {
  const { issuer: name, token_endpoint: url, token_endpoint_auth_methods_supported: methods } = metadata
  if (withoutSlash(name) !== withoutSlash(issuer)) return misconfigured(`the issuer ${issuer} calls itself ${name}`)
  if (issuer.startsWith('https:') && !url.startsWith('https:')) {
    return misconfigured(`the issuer ${issuer} names a token endpoint without TLS`)
  }
  return { url, audience: name, ...(methods && { methods }) }
}

function metadataUrls(issuer: string): string[] {
  const url = new URL(issuer)
  const path = withoutSlash(url.pathname)
  return [
    `${url.origin}/.well-known/oauth-authorization-server${path}`,
    `${url.origin}/.well-known/openid-configuration${path}`,
    ...(path ? [`${url.origin}${path}/.well-known/openid-configuration`] : []),
  ]
}

function withoutSlash(text: string): string {
  return text.replace(/\/$/, '')
}
