import { decodeJwt } from 'jose'

/** What is known of a token without asking anybody; none of it is secret. */
export interface TokenFacts {
  expiresAt?: Date
  audience?: string[]
  scope?: string[]
}

/** A credential in use that may run out: its name in series and messages, and when. */
export interface Expiry {
  credential: string
  expiresAt: Date
}

/**
 * What a probe authenticates with. The values live in closures only, so that logging, storing or serializing a
 * credential shows nothing; they leave through `headersFor`, and only towards the origin they were made for.
 */
export interface Credential {
  /** Headers for a request to this URL; empty for every origin but the endpoint's. */
  headersFor(url: string): Record<string, string>
  /** The text with every value of this credential replaced, for whatever a server may have echoed. */
  redact(text: string): string
  /** Whether both hold the same values: then a second attempt would meet the same refusal. */
  equals(other: Credential): boolean
  /** Of the token, where it is one whose content can be read. */
  facts: TokenFacts
  /** Credentials that nobody renews by itself. */
  expiries: Expiry[]
  /** Sentences for the verdict, such as a token that can no longer be renewed. */
  notices: string[]
}

const HIDDEN = '[hidden]'
/** A shorter value would blank out ordinary words; no real credential is that short. */
const SHORTEST_REDACTED = 6
const revealed = new WeakMap<Credential, string>()

/** Binds headers to the endpoint's origin. `secrets` are further values to redact, such as a client secret. */
export function createCredential(
  endpoint: string,
  headers: Readonly<Record<string, string>>,
  given: { secrets?: string[]; facts?: TokenFacts; expiries?: Expiry[]; notices?: string[] } = {},
): Credential {
  const { origin } = new URL(endpoint)
  const redact = redactor([...Object.values(headers).flatMap(valuesOf), ...(given.secrets ?? [])])
  const credential: Credential = {
    headersFor: (url) => (new URL(url).origin === origin ? { ...headers } : {}),
    redact,
    equals: (other) => revealed.get(credential) === revealed.get(other),
    facts: given.facts ?? {},
    expiries: given.expiries ?? [],
    notices: given.notices ?? [],
  }
  revealed.set(credential, JSON.stringify(Object.entries(headers).sort()))
  return credential
}

/** Deeper than any honest answer; what lies below is left out, so that no server can exhaust the stack. */
const MAX_DEPTH = 100

/** Copies data with every text in it redacted, keys included. */
export function redactAll<T>(value: T, redact: (text: string) => string): T {
  const walk = (part: unknown, depth: number): unknown => {
    if (typeof part === 'string') return redact(part)
    if (typeof part !== 'object' || part === null) return part
    if (depth > MAX_DEPTH) return null
    if (Array.isArray(part)) return part.map((item) => walk(item, depth + 1))
    return Object.fromEntries(Object.entries(part).map(([key, entry]) => [redact(key), walk(entry, depth + 1)]))
  }
  return walk(value, 0) as T
}

/** Reads expiry, audience and scope of a JSON Web Token without checking its signature; of anything else nothing. */
export function tokenFacts(token: string): TokenFacts {
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return {}
  try {
    const { exp, aud, scope } = decodeJwt(token)
    return {
      ...(typeof exp === 'number' && { expiresAt: new Date(exp * 1000) }),
      ...(aud !== undefined && { audience: [aud].flat() }),
      ...(typeof scope === 'string' && { scope: scope.split(' ') }),
    }
  } catch {
    // Three dotted parts that are no JWT: an opaque token of which nothing can be known.
    return {}
  }
}

/** Replaces the values, their URL-encoded and their Base64 forms, longest first so that no part of one stays. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ])
  const unique = [...new Set(forms)].filter((form) => form.length >= SHORTEST_REDACTED)
  unique.sort((a, b) => b.length - a.length)
  return (text) => unique.reduce((clean, form) => clean.replaceAll(form, HIDDEN), text)
}

function valuesOf(header: string): string[] {
  const space = header.indexOf(' ')
  return space === -1 ? [header] : [header, header.slice(space + 1)]
}

/** Visible ASCII only: a line break inside a secret would otherwise throw, or smuggle a header. */
export function isHeaderSafe(value: string): boolean {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)
}
