import { expect, test } from 'vitest'
import { parseChallenges } from '../../../../lib/probe/auth/parse-challenges.ts'

test.for([
  ['', []],
  ['Bearer', [{ scheme: 'bearer', params: {} }]],
  [
    'Bearer resource_metadata="https://a.example/.well-known/oauth-protected-resource", error="invalid_token"',
    [
      {
        scheme: 'bearer',
        params: { resource_metadata: 'https://a.example/.well-known/oauth-protected-resource', error: 'invalid_token' },
      },
    ],
  ],
  [
    'Basic realm="a, b", Bearer error="invalid_token" , error_description="it \\"expired\\", sorry"',
    [
      { scheme: 'basic', params: { realm: 'a, b' } },
      { scheme: 'bearer', params: { error: 'invalid_token', error_description: 'it "expired", sorry' } },
    ],
  ],
  [
    'BEARER Error=insufficient_scope,scope="a b"',
    [{ scheme: 'bearer', params: { error: 'insufficient_scope', scope: 'a b' } }],
  ],
  [
    'Negotiate, Bearer',
    [
      { scheme: 'negotiate', params: {} },
      { scheme: 'bearer', params: {} },
    ],
  ],
  ['Bearer error="a", error="b"', [{ scheme: 'bearer', params: { error: 'a' } }]],
  ['"""', []],
  [
    'Bearer error="open',
    [
      { scheme: 'bearer', params: {} },
      { scheme: 'open', params: {} },
    ],
  ],
] as const)('%s', ([header, expected]) => {
  expect(parseChallenges(header).filter(({ scheme }) => scheme !== 'error')).toEqual(expected)
})
