import { expect, test } from 'vitest'
import { z } from 'zod'
import { ProbeSettings, ProbeSettingsInput } from '../../../lib/model/probe-settings.ts'
import { resolveProbeSettings } from '../../../lib/probe/settings.ts'

const read = (input: z.input<typeof ProbeSettingsInput>) => ProbeSettingsInput.parse(input)

const DEFAULTS = {
  timeoutMs: 10_000,
  era: 'auto',
  auth: { type: 'none' },
  allowAddresses: [],
  canaries: [],
  drift: { enabled: true, confirmations: 2, ignore: [] },
  healthUrls: [],
}
const SCRAPE = {
  url: '/metrics',
  timeoutMs: 5_000,
  allow: ['mcp_*', 'process_resident_memory_bytes'],
  maxSeries: 500,
  honorLabels: false,
  sendAuth: false,
}
const BEARER = { type: 'bearer', token: 'ssm:/token' } as const
const HEADERS = { type: 'headers', headers: { 'x-api-key': 'ssm:/key' } } as const

test.for([
  { name: 'nothing said', fleet: {}, server: undefined, expected: DEFAULTS },
  {
    name: 'the server wins over the fleet',
    fleet: { timeout: '5s', era: 'legacy', auth: BEARER },
    server: { timeout: '2s', auth: HEADERS },
    expected: { ...DEFAULTS, timeoutMs: 2000, era: 'legacy', auth: HEADERS },
  },
  {
    name: 'an empty scrape switches it on',
    fleet: {},
    server: { scrape: {} },
    expected: { ...DEFAULTS, scrape: SCRAPE },
  },
  {
    name: 'scrape merges by key',
    fleet: { scrape: { url: ':9090/metrics', max_series: 100 } },
    server: { scrape: { max_series: 50 } },
    expected: { ...DEFAULTS, scrape: { ...SCRAPE, url: ':9090/metrics', maxSeries: 50 } },
  },
  { name: 'a server may leave the scrape out', fleet: { scrape: {} }, server: { scrape: false }, expected: DEFAULTS },
  {
    name: 'health URLs are named by their path',
    fleet: { health_urls: ['/health', 'https://a.example/ready?token=1', { url: ':8081/live', name: 'live' }] },
    server: {},
    expected: {
      ...DEFAULTS,
      healthUrls: [
        { name: '/health', url: '/health', timeoutMs: 5000, ignore: [], sendAuth: false },
        { name: '/ready', url: 'https://a.example/ready?token=1', timeoutMs: 5000, ignore: [], sendAuth: false },
        { name: 'live', url: ':8081/live', timeoutMs: 5000, ignore: [], sendAuth: false },
      ],
    },
  },
  {
    name: 'a canary',
    fleet: {},
    server: { canaries: [{ tool: 'search', arguments: { q: 'x' }, expect: [{ text_contains: 'x' }] }] },
    expected: {
      ...DEFAULTS,
      canaries: [
        {
          name: 'search',
          tool: 'search',
          arguments: { q: 'x' },
          everyMs: 300_000,
          timeoutMs: 10_000,
          expect: [{ text_contains: 'x' }],
          allowSideEffects: false,
        },
      ],
    },
  },
] as const)('settings: $name', ({ fleet, server, expected }) => {
  const given = (input: unknown) => read(input as z.input<typeof ProbeSettingsInput>)
  const resolved = resolveProbeSettings(given(fleet), server && given(server))
  expect(resolved).toEqual(expected)
  expect(ProbeSettings.parse(JSON.parse(JSON.stringify(resolved)))).toEqual(expected)
})

test('a registry item of an older deployment gets the defaults of what it lacks', () => {
  expect(ProbeSettings.parse({ timeoutMs: 10_000, era: 'auto', auth: { type: 'none' }, allowAddresses: [] })).toEqual(
    DEFAULTS,
  )
})

const OAUTH = { type: 'oauth_client_credentials', client_id: 'fleetwatch' }
test.for([
  { name: 'a plain token', auth: { type: 'bearer', token: 'abc' }, expected: /expected a reference/ },
  { name: 'no token endpoint', auth: { ...OAUTH, client_secret: 'ssm:/s' }, expected: /either token_url or issuer/ },
  {
    name: 'no credential',
    auth: { ...OAUTH, token_url: 'https://idp.example/token' },
    expected: /either client_secret or private_key/,
  },
  {
    name: 'a method that does not fit',
    auth: { ...OAUTH, issuer: 'https://idp.example', client_secret: 'ssm:/s', client_auth: 'private_key_jwt' },
    expected: /needs private_key/,
  },
  {
    name: 'a file URL',
    auth: { ...OAUTH, token_url: 'file:///x', client_secret: 'ssm:/s' },
    expected: /http or https URL/,
  },
])('refused: $name', ({ auth, expected }) => {
  const parsed = ProbeSettingsInput.safeParse({ auth })
  expect(parsed.success ? '' : z.prettifyError(parsed.error)).toMatch(expected)
})

test('an editor gets a JSON schema', () => {
  expect(JSON.stringify(z.toJSONSchema(ProbeSettingsInput, { io: 'input' }))).toContain('health_urls')
})
