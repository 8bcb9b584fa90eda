import { expect, test } from 'vitest'
import type { ProbeAuth } from '../../../../lib/model/probe-settings.ts'
import { createCredential, type TokenFacts } from '../../../../lib/probe/auth/credential.ts'
import { judgeFailure, judgeRefusal } from '../../../../lib/probe/auth/judge-auth.ts'

const NOW = new Date('2026-11-21T10:00:00Z')
const ENDPOINT = 'https://search.example/mcp'
const BEARER: ProbeAuth = { type: 'bearer', token: 'ssm:/token' }

interface Given {
  status?: 401 | 403
  header?: string
  auth?: ProbeAuth
  facts?: TokenFacts
}

function judge({ status = 401, header, auth = BEARER, facts = {} }: Given) {
  const credential = createCredential(ENDPOINT, { authorization: 'Bearer s3cr3t-token' }, { facts })
  const { health, reason, message } = judgeRefusal({ status, wwwAuthenticate: header }, ENDPOINT, auth, credential, NOW)
  return `${health} ${reason}: ${message}`
}

test.for<{ name: string; given: Given; expected: string }>([
  {
    name: 'challenge as expected',
    given: { auth: { type: 'expect_challenge' }, header: 'Bearer resource_metadata="https://x"' },
    expected:
      'healthy challenge_expected: The server asks for credentials as it should; without any, fleetwatch sees no further.',
  },
  {
    name: 'challenge without its header',
    given: { auth: { type: 'expect_challenge' } },
    expected:
      'healthy challenge_expected: The server asks for credentials as it should, though without the WWW-Authenticate header that tells clients where to get a token; without any, fleetwatch sees no further.',
  },
  {
    name: 'nothing configured',
    given: { auth: { type: 'none' }, header: 'Bearer' },
    expected:
      'warning auth: The server is up and wants credentials (HTTP 401). Set probe.auth, or auth: {type: expect_challenge} if it shall be watched without.',
  },
  {
    name: 'refused',
    given: { header: 'Bearer error="invalid_token"' },
    expected:
      'warning auth: The server refuses the probe’s credential, also after it was read anew (HTTP 401, invalid_token).',
  },
  {
    name: 'expired by its own exp',
    given: { facts: { expiresAt: NOW } },
    expected:
      'warning auth_expired: The probe’s credential has expired since 2026-11-21T10:00:00.000Z; the server refuses it (HTTP 401).',
  },
  {
    name: 'a millisecond before its end',
    given: { facts: { expiresAt: new Date(NOW.getTime() + 1) } },
    expected: 'warning auth: The server refuses the probe’s credential, also after it was read anew (HTTP 401).',
  },
  {
    name: 'expired by the server’s word',
    given: { header: 'Bearer error="invalid_token", error_description="The token is Expired"' },
    expected:
      'warning auth_expired: The probe’s credential has expired; the server refuses it (HTTP 401, invalid_token: The token is Expired).',
  },
  {
    name: 'made out to another server',
    given: { facts: { audience: ['https://other.example/mcp'] } },
    expected:
      'warning auth_audience: The probe’s token is not meant for this server (it is made out to https://other.example/mcp); set auth.resource or auth.audience (HTTP 401).',
  },
  {
    name: 'an audience of the same origin is none',
    given: { facts: { audience: ['https://search.example'] } },
    expected: 'warning auth: The server refuses the probe’s credential, also after it was read anew (HTTP 401).',
  },
  {
    name: 'an audience that is no URL proves nothing',
    given: { facts: { audience: ['api-1234'] } },
    expected: 'warning auth: The server refuses the probe’s credential, also after it was read anew (HTTP 401).',
  },
  {
    name: 'scope',
    given: {
      status: 403,
      header: 'Bearer error="insufficient_scope", scope="mcp:tools"',
      facts: { scope: ['mcp:read'] },
    },
    expected:
      'warning auth_scope: The server is up, but the probe’s token lacks a scope: it asks for "mcp:tools", the token has "mcp:read".',
  },
  {
    name: 'scope with 401 and no details',
    given: { header: 'Bearer error="insufficient_scope"' },
    expected: 'warning auth_scope: The server is up, but the probe’s token lacks a scope.',
  },
  {
    name: 'forbidden',
    given: { status: 403 },
    expected: 'warning forbidden: The server knows the credential but refuses the request (HTTP 403).',
  },
  {
    name: 'a server that echoes the token',
    given: { header: 'Bearer error="invalid_token", error_description="unknown token s3cr3t-token"' },
    expected:
      'warning auth: The server refuses the probe’s credential, also after it was read anew (HTTP 401, invalid_token: unknown token [hidden]).',
  },
])('$name', ({ given, expected }) => {
  expect(judge(given)).toBe(expected)
})

test.for([
  ['unavailable', 'auth_unavailable'],
  ['refused', 'auth_misconfigured'],
  ['misconfigured', 'auth_misconfigured'],
] as const)('no credential because %s: the health is unknown, %s', ([reason, expected]) => {
  expect(judgeFailure({ ok: false, reason, message: 'No token.' })).toEqual({
    health: 'unknown',
    reason: expected,
    message: 'No token. The server itself was not asked.',
  })
})
