import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'

const LIFETIME_S = 120

export type Assertion = { ok: true; assertion: string } | { ok: false; message: string }

/**
 * Signs a client assertion (RFC 7523, section 3) valid for two minutes. The key is PKCS#8 PEM or a private JWK; without
 * `algorithm` the key's type decides. A key that cannot be used is said without quoting it.
 */
export async function signAssertion(
  key: string,
  claims: { clientId: string; audience: string; algorithm?: string | undefined; keyId?: string | undefined },
  now: Date,
): Promise<Assertion> {
  const privateKey = readKey(key)
  const algorithm = claims.algorithm ?? (privateKey && algorithmOf(privateKey))
  if (!privateKey || !algorithm) return { ok: false, message: 'it is no private key in PKCS#8 PEM or JWK form' }
  const issuedAt = Math.floor(now.getTime() / 1000)
  try {
    const assertion = await new SignJWT()
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(claims.keyId && { kid: claims.keyId }) })
      .setIssuer(claims.clientId)
      .setSubject(claims.clientId)
      .setAudience(claims.audience)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_S)
      .sign(privateKey)
    return { ok: true, assertion }
  } catch {
    return { ok: false, message: `this kind of key cannot sign ${algorithm}` }
  }
}

function readKey(text: string): KeyObject | undefined {
  try {
    // Parameter stores often keep a PEM on one line with \n written out.
    if (!text.startsWith('{')) return createPrivateKey(text.replaceAll('\\n', '\n'))
    return createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
  } catch {
    return undefined
  }
}

function algorithmOf(key: KeyObject): string | undefined {
  const curves: Record<string, string> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' }
  if (key.asymmetricKeyType === 'rsa') return 'RS256'
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA'
  return curves[key.asymmetricKeyDetails?.namedCurve ?? '']
}
