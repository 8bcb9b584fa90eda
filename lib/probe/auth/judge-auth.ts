import type { ProbeAuth } from '../../model/probe-settings.ts'
import type { Health } from '../../model/verdict.ts'
import type { AuthFailure } from './authenticate.ts'
import type { Credential } from './credential.ts'
import { type Challenge, parseChallenges } from './parse-challenges.ts'

/** What the authentication of a probe shows, at the layer `auth`; `challenge_expected` is as it should be. */
export interface AuthJudgement {
  health: Health
  reason:
    | 'challenge_expected'
    | 'challenge_missing'
    | 'auth'
    | 'auth_expired'
    | 'auth_scope'
    | 'auth_audience'
    | 'forbidden'
    | 'auth_misconfigured'
    | 'auth_unavailable'
  message: string
}

type Bearer = Challenge | undefined

/**
 * Says what a 401 or 403 means (RFC 6750, section 3.1; MCP authorization). The server is alive in each case, so none is
 * critical: the credential, its rights or the configuration are at fault. Texts of the server pass through `redact`.
 */
export function judgeRefusal(
  answer: { status: 401 | 403; wwwAuthenticate: string | undefined },
  endpoint: string,
  auth: ProbeAuth,
  credential: Credential,
  now: Date,
): AuthJudgement {
  const challenges = parseChallenges(answer.wwwAuthenticate ?? '')
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer') ?? challenges[0]
  const said = describe(bearer, credential)
  if (bearer?.params.error === 'insufficient_scope') return scopeRefused(bearer, credential)
  if (answer.status === 403) {
    return warning('forbidden', `The server knows the credential but refuses the request (HTTP 403${said}).`)
  }
  if (auth.type === 'expect_challenge') return expected(bearer)
  if (auth.type === 'none') {
    return warning(
      'auth',
      `The server is up and wants credentials (HTTP 401${said}). Set probe.auth, or auth: {type: expect_challenge} if it shall be watched without.`,
    )
  }
  const { expiresAt, audience } = credential.facts
  if ((expiresAt && expiresAt <= now) || /expired/i.test(bearer?.params.error_description ?? '')) {
    const since = expiresAt && expiresAt <= now ? ` since ${expiresAt.toISOString()}` : ''
    return warning(
      'auth_expired',
      `The probe’s credential has expired${since}; the server refuses it (HTTP 401${said}).`,
    )
  }
  if (/audience/i.test(bearer?.params.error_description ?? '') || isForOthers(audience, endpoint)) {
    const made = audience ? ` (it is made out to ${audience.join(', ')})` : ''
    return warning(
      'auth_audience',
      `The probe’s token is not meant for this server${made}; set auth.resource or auth.audience (HTTP 401${said}).`,
    )
  }
  return warning('auth', `The server refuses the probe’s credential, also after it was read anew (HTTP 401${said}).`)
}

/** A server that should have asked for credentials answered without: whoever reaches it can call its tools. */
export const CHALLENGE_MISSING: AuthJudgement = {
  health: 'warning',
  reason: 'challenge_missing',
  message:
    'The server answers without credentials, although auth: {type: expect_challenge} says that it must ask for them.',
}

/** A credential that could not be had says nothing about the server, so its health stays unknown. */
export function judgeFailure(failure: AuthFailure): AuthJudgement {
  return {
    health: 'unknown',
    reason: failure.reason === 'unavailable' ? 'auth_unavailable' : 'auth_misconfigured',
    message: `${failure.message} The server itself was not asked.`,
  }
}

function expected(bearer: Bearer): AuthJudgement {
  const notice = bearer ? '' : ', though without the WWW-Authenticate header that tells clients where to get a token'
  return {
    health: 'healthy',
    reason: 'challenge_expected',
    message: `The server asks for credentials as it should${notice}; without any, fleetwatch sees no further.`,
  }
}

function scopeRefused(bearer: Challenge, credential: Credential): AuthJudgement {
  const { scope } = bearer.params
  const has = credential.facts.scope
  const wanted = scope ? ` it asks for "${credential.redact(scope).slice(0, 200)}"` : ''
  const held = has ? `${wanted ? ',' : ''} the token has "${has.join(' ')}"` : ''
  const detail = wanted || held ? `:${wanted}${held}` : ''
  return warning('auth_scope', `The server is up, but the probe’s token lacks a scope${detail}.`)
}

/** The server’s own words, shortened and without any trace of the credential. */
function describe(bearer: Bearer, credential: Credential): string {
  const { error, error_description: description } = bearer?.params ?? {}
  const text = [error, description].filter(Boolean).join(': ')
  return text ? `, ${credential.redact(text).slice(0, 200)}` : ''
}

/**
 * Whether a token names other resources only. Audiences that are no URLs (an application id) prove nothing; a URL counts
 * when the endpoint lies on its origin.
 */
function isForOthers(audience: string[] | undefined, endpoint: string): boolean {
  if (!audience || audience.length === 0 || !audience.every((entry) => /^https?:/.test(entry) && URL.canParse(entry)))
    return false
  return !audience.some((entry) => new URL(entry).origin === new URL(endpoint).origin)
}

function warning(reason: AuthJudgement['reason'], message: string): AuthJudgement {
  return { health: 'warning', reason, message }
}
