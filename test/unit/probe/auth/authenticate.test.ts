import { generateKeyPairSync } from 'node:crypto'
import { lookup } from 'node:dns'
import { inspect } from 'node:util'
import { decodeProtectedHeader, importSPKI, jwtVerify, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import type { OAuthClientCredentials, ProbeAuth } from '../../../../lib/model/probe-settings.ts'
import { createAuthenticate, withCredential } from '../../../../lib/probe/auth/authenticate.ts'
import { redactAll } from '../../../../lib/probe/auth/credential.ts'
import { judgeFailure } from '../../../../lib/probe/auth/judge-auth.ts'
import { watchExpiry } from '../../../../lib/probe/auth/watch-expiry.ts'
import { answerWith } from '../../../support/answer-with.ts'

const ENDPOINT = 'https://search.example/mcp'
const START = Date.parse('2026-11-21T10:00:00Z')

/** An `Authenticate` over secrets in a map, with a clock that tests move. */
function setUp(secrets: Record<string, string>) {
  const reads: string[] = []
  const clock = { nowMs: START }
  const authenticate = createAuthenticate({
    readSecret: async (reference, { fresh = false } = {}) => {
      reads.push(fresh ? `${reference} fresh` : reference)
      const value = secrets[reference]
      if (value === undefined) throw new Error('ParameterNotFound')
      return value
    },
    guard: { refusal: () => undefined, lookup },
    userAgent: 'fleetwatch-probe/test',
    now: () => new Date(clock.nowMs),
  })
  return { authenticate, secrets, reads, clock }
}

/** An authorization server that knows one client; `grant` is what it says next. */
async function tokenServer() {
  const state = { answer: { status: 200, body: {} as Record<string, unknown> }, count: 0 }
  const server = await answerWith((_, response) => {
    state.count++
    const body = {
      access_token: `access-token-${state.count}`,
      token_type: 'Bearer',
      expires_in: 3600,
      ...state.answer.body,
    }
    response.writeHead(state.answer.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(state.answer.status === 200 ? body : state.answer.body))
  })
  return Object.assign(server, { state })
}

const oauth = (url: string, more: Partial<OAuthClientCredentials> = {}): OAuthClientCredentials => ({
  type: 'oauth_client_credentials',
  token_url: `${url}/token`,
  client_id: 'fleet:watch',
  client_secret: 'ssm:/secret',
  ...more,
})

test.for<{ name: string; auth: ProbeAuth; secrets: Record<string, string>; expected: unknown }>([
  { name: 'none', auth: { type: 'none' }, secrets: {}, expected: {} },
  {
    name: 'bearer',
    auth: { type: 'bearer', token: 'ssm:/t' },
    secrets: { 'ssm:/t': 'tok3n' },
    expected: { authorization: 'Bearer tok3n' },
  },
  {
    name: 'bearer that already says so, with a line break at the end',
    auth: { type: 'bearer', token: 'ssm:/t' },
    secrets: { 'ssm:/t': 'Bearer tok3n\n' },
    expected: { authorization: 'Bearer tok3n' },
  },
  {
    name: 'headers',
    auth: { type: 'headers', headers: { 'X-Api-Key': 'ssm:/a', 'x-tenant': 'ssm:/b' } },
    secrets: { 'ssm:/a': 'key one', 'ssm:/b': '7' },
    expected: { 'x-api-key': 'key one', 'x-tenant': '7' },
  },
  {
    name: 'a secret that is not there',
    auth: { type: 'bearer', token: 'ssm:/t' },
    secrets: {},
    expected: 'unavailable: No credential for the probe: the secret ssm:/t cannot be read: ParameterNotFound.',
  },
  {
    name: 'an empty secret',
    auth: { type: 'bearer', token: 'ssm:/t' },
    secrets: { 'ssm:/t': ' ' },
    expected: 'misconfigured: No credential for the probe: the secret ssm:/t is empty.',
  },
  {
    name: 'a line break inside',
    auth: { type: 'bearer', token: 'ssm:/t' },
    secrets: { 'ssm:/t': 'a\r\nhost: evil' },
    expected:
      'misconfigured: No credential for the probe: the secret ssm:/t holds characters that no HTTP header may carry, perhaps a line break.',
  },
  {
    name: 'JSON without a key',
    auth: { type: 'bearer', token: 'secretsmanager:t' },
    secrets: { 'secretsmanager:t': '{"token":"x"}' },
    expected:
      'misconfigured: No credential for the probe: the secret secretsmanager:t holds JSON: name the key that is meant, such as secretsmanager:NAME#token.',
  },
  {
    name: 'an impossible header name',
    auth: { type: 'headers', headers: { 'x api key': 'ssm:/a' } },
    secrets: { 'ssm:/a': 'x' },
    expected: 'misconfigured: "x api key" is no name of an HTTP header.',
  },
])('static: $name', async ({ auth, secrets, expected }) => {
  const answer = await setUp(secrets).authenticate({ endpoint: ENDPOINT, auth })
  expect(answer.ok ? answer.credential.headersFor(ENDPOINT) : `${answer.reason}: ${answer.message}`).toEqual(expected)
})

test.for([
  ['https://search.example/other?x=1', true],
  ['https://search.example:443/', true],
  ['https://search.example:8443/mcp', false],
  ['http://search.example/mcp', false],
  ['https://search.example.evil.example/mcp', false],
  ['https://evil.example/https://search.example/', false],
] as const)('a token goes to its origin only: %s %s', async ([url, goes]) => {
  const { authenticate } = setUp({ 'ssm:/t': 'tok3n-value' })
  const answer = await authenticate({ endpoint: ENDPOINT, auth: { type: 'bearer', token: 'ssm:/t' } })
  expect(answer.ok && answer.credential.headersFor(url)).toEqual(goes ? { authorization: 'Bearer tok3n-value' } : {})
})

test('client secret basic: id and secret form-encoded, resource and scope sent', async () => {
  await using idp = await tokenServer()
  const { authenticate } = setUp({ 'ssm:/secret': 'p:ss word%' })
  const answer = await authenticate({ endpoint: ENDPOINT, auth: oauth(idp.url, { scope: ['a', 'b'] }) })
  expect(answer.ok && answer.credential.headersFor(ENDPOINT)).toEqual({ authorization: 'Bearer access-token-1' })
  const [request] = idp.seen
  expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
    grant_type: 'client_credentials',
    scope: 'a b',
    resource: ENDPOINT,
  })
  const basic = Buffer.from(String(request?.headers.authorization).slice('Basic '.length), 'base64').toString()
  expect(basic).toBe('fleet%3Awatch:p%3Ass+word%25')
})

test('client secret post, audience, no resource', async () => {
  await using idp = await tokenServer()
  const { authenticate } = setUp({ 'ssm:/secret': 'passw0rd' })
  await authenticate({
    endpoint: ENDPOINT,
    auth: oauth(idp.url, { client_auth: 'client_secret_post', resource: 'none', audience: 'api' }),
  })
  expect(idp.seen[0]?.headers.authorization).toBeUndefined()
  expect(Object.fromEntries(new URLSearchParams(idp.seen[0]?.body))).toEqual({
    grant_type: 'client_credentials',
    audience: 'api',
    client_id: 'fleet:watch',
    client_secret: 'passw0rd',
  })
})

const PKCS8 = { type: 'pkcs8', format: 'pem' } as const
const SPKI = { type: 'spki', format: 'pem' } as const
test.for([
  { name: 'EC', pair: generateKeyPairSync('ec', { namedCurve: 'P-256' }), algorithm: 'ES256' },
  { name: 'RSA', pair: generateKeyPairSync('rsa', { modulusLength: 2048 }), algorithm: 'RS256' },
  { name: 'Ed25519', pair: generateKeyPairSync('ed25519'), algorithm: 'EdDSA' },
])('private key JWT, $name', async ({ pair, algorithm }) => {
  await using idp = await tokenServer()
  const pem = pair.privateKey.export(PKCS8).toString()
  const auth = { ...oauth(idp.url, { private_key: 'ssm:/key', key_id: 'k1' }), client_secret: undefined }
  for (const text of [pem, pem.replaceAll('\n', '\\n'), JSON.stringify(pair.privateKey.export({ format: 'jwk' }))]) {
    const { authenticate } = setUp({ 'ssm:/key': text })
    const answer = await authenticate({ endpoint: ENDPOINT, auth: auth as OAuthClientCredentials })
    expect(answer).toMatchObject({ ok: true })
    const form = new URLSearchParams(idp.seen.at(-1)?.body)
    const assertion = form.get('client_assertion') ?? ''
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: algorithm, typ: 'JWT', kid: 'k1' })
    const key = await importSPKI(pair.publicKey.export(SPKI).toString(), algorithm)
    const { payload } = await jwtVerify(assertion, key, { currentDate: new Date(START), audience: `${idp.url}/token` })
    expect(payload).toMatchObject({
      iss: 'fleet:watch',
      sub: 'fleet:watch',
      iat: START / 1000,
      exp: START / 1000 + 120,
    })
    expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
  }
})

test.for([
  {
    name: 'no key at all',
    key: 'abc',
    algorithm: undefined,
    message: 'it is no private key in PKCS#8 PEM or JWK form',
  },
  {
    name: 'a key that cannot sign the algorithm',
    key: generateKeyPairSync('ed25519').privateKey.export(PKCS8).toString(),
    algorithm: 'RS256' as const,
    message: 'this kind of key cannot sign RS256',
  },
])('an unusable private key: $name', async ({ key, algorithm, message }) => {
  await using idp = await tokenServer()
  const { client_secret: _, ...auth } = oauth(idp.url, { private_key: 'ssm:/key', ...(algorithm && { algorithm }) })
  const answer = await setUp({ 'ssm:/key': key }).authenticate({ endpoint: ENDPOINT, auth })
  expect(answer).toEqual({
    ok: false,
    reason: 'misconfigured',
    message: `No access token for the probe: the private key ssm:/key is unusable: ${message}.`,
  })
  expect(idp.seen).toEqual([])
})

test('the issuer’s metadata names the token endpoint and the method', async () => {
  await using idp = await answerWith((request, response) => {
    const metadata = {
      issuer: `${idp.url}/t1`,
      token_endpoint: `${idp.url}/t1/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    }
    if (request.path === '/.well-known/openid-configuration/t1') return void response.end(JSON.stringify(metadata))
    if (request.path === '/t1/token') return void response.end('{"access_token":"a-token","token_type":"bearer"}')
    response.writeHead(404).end()
  })
  const { authenticate, clock } = setUp({ 'ssm:/secret': 'passw0rd' })
  const { token_url: _, ...auth } = oauth(idp.url, { issuer: `${idp.url}/t1/` })
  expect(await authenticate({ endpoint: ENDPOINT, auth })).toMatchObject({ ok: true })
  expect(idp.seen.map(({ path }) => path)).toEqual([
    '/.well-known/oauth-authorization-server/t1',
    '/.well-known/openid-configuration/t1',
    '/t1/token',
  ])
  expect(idp.seen[2]?.body).toContain('client_secret=passw0rd')
  // Without expires_in a token is trusted for five minutes; the metadata is not read again.
  clock.nowMs += 300_000
  await authenticate({ endpoint: ENDPOINT, auth })
  expect(idp.seen.slice(3).map(({ path }) => path)).toEqual(['/t1/token'])
})

test('an issuer that calls itself otherwise is not trusted', async () => {
  await using idp = await answerWith((_, response) => {
    response.end('{"issuer":"https://evil.example","token_endpoint":"https://evil.example/token"}')
  })
  const { token_url: _, ...auth } = oauth(idp.url, { issuer: idp.url })
  const answer = await setUp({ 'ssm:/secret': 'passw0rd' }).authenticate({ endpoint: ENDPOINT, auth })
  expect(answer).toMatchObject({
    reason: 'misconfigured',
    message: expect.stringContaining('calls itself https://evil.example'),
  })
})

test.for([
  { name: 'just before four fifths of its life', afterMs: 2_879_999, tokens: 1 },
  { name: 'at four fifths', afterMs: 2_880_000, tokens: 2 },
])('a token is kept and renewed in time: $name', async ({ afterMs, tokens }) => {
  await using idp = await tokenServer()
  const { authenticate, clock } = setUp({ 'ssm:/secret': 'passw0rd' })
  const server = { endpoint: ENDPOINT, auth: oauth(idp.url) }
  await Promise.all([authenticate(server), authenticate(server)])
  clock.nowMs += afterMs
  const answer = await authenticate(server)
  expect(answer.ok && answer.credential.headersFor(ENDPOINT).authorization).toBe(`Bearer access-token-${tokens}`)
  expect(idp.seen).toHaveLength(tokens)
})

test('a token is for one server: another endpoint gets its own', async () => {
  await using idp = await tokenServer()
  const { authenticate } = setUp({ 'ssm:/secret': 'passw0rd' })
  await authenticate({ endpoint: ENDPOINT, auth: oauth(idp.url) })
  await authenticate({ endpoint: 'https://other.example/mcp', auth: oauth(idp.url) })
  expect(idp.seen.map(({ body }) => new URLSearchParams(body).get('resource'))).toEqual([
    ENDPOINT,
    'https://other.example/mcp',
  ])
})

test('when it cannot be renewed the old token serves until its end, and says so', async () => {
  await using idp = await tokenServer()
  const { authenticate, clock } = setUp({ 'ssm:/secret': 'passw0rd' })
  const server = { endpoint: ENDPOINT, auth: oauth(idp.url) }
  await authenticate(server)
  idp.state.answer = { status: 503, body: {} }
  clock.nowMs += 3_599_999
  const answer = await authenticate(server)
  expect(answer.ok && watchExpiry(answer.credential, {}, new Date(clock.nowMs)).notices).toEqual([
    'The access token cannot be renewed and ends at 2026-11-21T11:00:00.000Z: the token endpoint answered HTTP 503.',
  ])
  clock.nowMs += 1
  expect(await authenticate(server)).toMatchObject({ ok: false, reason: 'unavailable' })
})

test.for([
  {
    status: 401,
    body: { error: 'invalid_client' },
    reason: 'refused',
    message: 'its id, secret or key is wrong or expired (invalid_client)',
  },
  { status: 400, body: { error: 'invalid_target' }, reason: 'refused', message: 'resource: none (invalid_target)' },
  {
    status: 400,
    body: { error: 'invalid_client', error_description: 'secret passw0rd is wrong' },
    reason: 'refused',
    message: '(invalid_client: secret [hidden] is wrong)',
  },
  { status: 404, body: {}, reason: 'misconfigured', message: 'HTTP 404; is token_url right?' },
  { status: 429, body: {}, reason: 'unavailable', message: 'HTTP 429' },
  { status: 302, body: {}, reason: 'misconfigured', message: 'HTTP 302' },
  { status: 200, body: { token_type: 'DPoP' }, reason: 'misconfigured', message: 'of type "DPoP", not Bearer' },
  { status: 200, body: { access_token: 'a\nb' }, reason: 'misconfigured', message: 'no HTTP header may carry' },
  { status: 200, body: { access_token: '' }, reason: 'misconfigured', message: 'without a token' },
])('the token endpoint says $status $body', async ({ status, body, reason, message }) => {
  await using idp = await tokenServer()
  idp.state.answer = { status, body }
  const answer = await setUp({ 'ssm:/secret': 'passw0rd' }).authenticate({ endpoint: ENDPOINT, auth: oauth(idp.url) })
  expect(answer).toMatchObject({ ok: false, reason, message: expect.stringContaining(message) })
})

test('a token endpoint on a guarded address is not asked', async () => {
  await using idp = await tokenServer()
  const authenticate = createAuthenticate({
    readSecret: async () => 'passw0rd',
    guard: { refusal: () => 'loopback', lookup },
    userAgent: 'x',
    now: () => new Date(START),
  })
  const answer = await authenticate({ endpoint: ENDPOINT, auth: oauth(idp.url) })
  expect(answer).toMatchObject({ ok: false, reason: 'unavailable', message: expect.stringContaining('is loopback') })
  expect(idp.seen).toEqual([])
})

test.for([
  {
    name: 'rotated: tried once more',
    rotated: 'new-token',
    refused: ['Bearer old-token'],
    attempts: ['old-token', 'new-token'],
  },
  {
    name: 'rotated and refused again: it stands',
    rotated: 'new-token',
    refused: ['Bearer old-token', 'Bearer new-token'],
    attempts: ['old-token', 'new-token'],
  },
  { name: 'unchanged: not tried again', rotated: 'old-token', refused: ['Bearer old-token'], attempts: ['old-token'] },
  { name: 'accepted: the secret is read once', rotated: 'new-token', refused: [], attempts: ['old-token'] },
])('a refused credential is re-read once: $name', async ({ rotated, refused, attempts }) => {
  const { authenticate, secrets, reads } = setUp({ 'ssm:/t': 'old-token' })
  const tried: string[] = []
  const outcome = await withCredential(
    authenticate,
    { endpoint: ENDPOINT, auth: { type: 'bearer', token: 'ssm:/t' } },
    async (credential) => {
      const { authorization = '' } = credential.headersFor(ENDPOINT)
      tried.push(authorization.slice('Bearer '.length))
      secrets['ssm:/t'] = rotated
      return refused.includes(authorization) ? 401 : 200
    },
    (status) => status === 401,
  )
  expect(tried).toEqual(attempts)
  expect(outcome).toMatchObject({ ok: true, result: refused.includes(`Bearer ${attempts.at(-1)}`) ? 401 : 200 })
  expect(reads).toEqual(refused.length === 0 ? ['ssm:/t'] : ['ssm:/t', 'ssm:/t fresh'])
})

test('a refused OAuth token is replaced by a new one', async () => {
  await using idp = await tokenServer()
  const { authenticate } = setUp({ 'ssm:/secret': 'passw0rd' })
  const tried: unknown[] = []
  await withCredential(
    authenticate,
    { endpoint: ENDPOINT, auth: oauth(idp.url) },
    async (credential) => tried.push(credential.headersFor(ENDPOINT).authorization) as 1 | 2,
    (count) => count === 1,
  )
  expect(tried).toEqual(['Bearer access-token-1', 'Bearer access-token-2'])
})

const jwt = (expiresAt: number) =>
  new SignJWT({ aud: 'https://search.example' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(Buffer.from('0123456789abcdef0123456789abcdef'))

const DAY = 86_400_000
test.for([
  { name: 'eight days', leftMs: 8 * DAY, days: 8, notices: [] },
  { name: 'exactly a week', leftMs: 7 * DAY, days: 7, notices: [] },
  {
    name: 'less than a week',
    leftMs: 7 * DAY - 1000,
    days: 7,
    notices: ['The credential "token" expires in 6 days, at 2026-11-28T09:59:59.000Z.'],
  },
  {
    name: 'an hour',
    leftMs: 3_600_000,
    days: 1 / 24,
    notices: ['The credential "token" expires in 1 hour, at 2026-11-21T11:00:00.000Z.'],
  },
  { name: 'its end', leftMs: 0, days: 0, notices: ['The credential "token" expired at 2026-11-21T10:00:00.000Z.'] },
])('a static JWT is watched: $name', async ({ leftMs, days, notices }) => {
  const { authenticate } = setUp({ 'ssm:/t': await jwt(START + leftMs) })
  const answer = await authenticate({ endpoint: ENDPOINT, auth: { type: 'bearer', token: 'ssm:/t' } })
  if (!answer.ok) throw new Error(answer.message)
  const watched = watchExpiry(answer.credential, { deployment: 'search' }, new Date(START))
  expect(watched.notices).toEqual(notices)
  expect(watched.samples.map(({ labels }) => labels)).toEqual([
    { deployment: 'search', __name__: 'mcp_deployment_credential_days_left', credential: 'token' },
  ])
  expect(watched.samples[0]?.value).toBeCloseTo(days, 3)
})

test('data nested without end is redacted down to where it is cut', () => {
  const deep: unknown = JSON.parse(`${'["s3cr3t",'.repeat(50_000)}1${']'.repeat(50_000)}`)
  expect(JSON.stringify(redactAll(deep, (text) => text.replace('s3cr3t', '*')))).toBe(
    `${'["*",'.repeat(101)}null${']'.repeat(101)}`,
  )
})

test('no secret shows in anything that is logged, stored or said', async () => {
  await using idp = await tokenServer()
  const secrets = { 'ssm:/secret': 'cl1ent"secret', 'ssm:/t': await jwt(START + 1000), 'ssm:/a': 'ap1-key-value' }
  idp.state.answer.body = { access_token: 'acc3ss/token+value' }
  const hidden = [...Object.values(secrets), 'acc3ss/token+value']
  const { authenticate } = setUp(secrets)
  const everything: unknown[] = []
  const auths: ProbeAuth[] = [
    { type: 'bearer', token: 'ssm:/t' },
    { type: 'headers', headers: { 'x-api-key': 'ssm:/a' } },
    oauth(idp.url),
  ]
  for (const auth of auths) {
    const answer = await authenticate({ endpoint: ENDPOINT, auth })
    if (!answer.ok) throw new Error(answer.message)
    const { credential } = answer
    everything.push(answer, credential, watchExpiry(credential, {}, new Date(START)))
    // What a server could have echoed of this credential, wherever it ends up in a verdict.
    const own = Object.values(credential.headersFor(ENDPOINT)).map((value) => value.replace('Bearer ', ''))
    const echoes = own.flatMap((value) => [value, encodeURIComponent(value), Buffer.from(value).toString('base64')])
    everything.push(redactAll({ message: echoes.join(' '), server: { [own[0] ?? '']: echoes } }, credential.redact))
  }
  idp.state.answer = { status: 400, body: { error: 'invalid_client', error_description: 'Basic, cl1ent"secret' } }
  const refused = await authenticate({ endpoint: ENDPOINT, auth: oauth(idp.url) }, { fresh: true })
  everything.push(refused, refused.ok ? '' : judgeFailure(refused))
  const said = everything
    .map((one) => `${JSON.stringify(one)} ${inspect(one, { depth: 9, showHidden: true })}`)
    .join('\n')
  for (const secret of hidden) {
    for (const form of [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ]) {
      expect(said).not.toContain(form)
    }
  }
})
