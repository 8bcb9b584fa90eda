import { expect, test } from 'vitest'
import { ProbeSettingsInput } from '../../../lib/model/probe-settings.ts'
import { checkProbeSettings } from '../../../lib/probe/check-settings.ts'

test.for([
  { name: 'nothing', settings: {}, expected: [] },
  {
    name: 'all well',
    settings: {
      auth: { type: 'headers', headers: { 'x-api-key': 'ssm:/a' } },
      canaries: [
        { tool: 'a', expect: [{ text_matches: '^a$' }] },
        { tool: 'a', name: 'b' },
      ],
      health_urls: ['/health', ':8081/live', 'https://a.example/ready'],
    },
    expected: [],
  },
  {
    name: 'a bad expression',
    settings: { canaries: [{ tool: 'a' }, { tool: 'b', expect: [{ text_contains: 'x' }, { text_matches: '(' }] }] },
    expected: ['canaries.1.expect.1: this regular expression cannot be read (RE2 syntax)'],
  },
  {
    name: 'two canaries of one name',
    settings: { canaries: [{ tool: 'a' }, { tool: 'b', name: 'a' }] },
    expected: ['canaries.1: a second canary is called "a"; give it a name of its own'],
  },
  {
    name: 'a header that is none',
    settings: { auth: { type: 'headers', headers: { 'x key': 'ssm:/a' } } },
    expected: ['auth.headers.x key: "x key" is no name of an HTTP header'],
  },
  {
    name: 'a port that is none',
    settings: { health_urls: [':0/x', { url: ':65536/x' }, ':65535/x'] },
    expected: [
      'health_urls.0: expected a port from 1 to 65535, got 0',
      'health_urls.1: expected a port from 1 to 65535, got 65536',
    ],
  },
  {
    name: 'a scrape that is nowhere',
    settings: { scrape: { url: 'http://' } },
    expected: ['scrape.url: "http://" is no URL'],
  },
  { name: 'no scrape', settings: { scrape: false }, expected: [] },
  {
    name: 'addresses',
    settings: { allow_addresses: ['127.0.0.1', '10.0.0.0/8', '::1/128', '10.0.0.0/33', 'localhost'] },
    expected: [
      'allow_addresses.3: "10.0.0.0/33" is neither an IP address nor a CIDR block such as 10.0.0.0/8',
      'allow_addresses.4: "localhost" is neither an IP address nor a CIDR block such as 10.0.0.0/8',
    ],
  },
])('$name', ({ settings, expected }) => {
  const faults = checkProbeSettings(ProbeSettingsInput.parse(settings))
  expect(faults.map(({ path, message }) => `${path.join('.')}: ${message}`.replace(/(RE2 syntax\)).*/, '$1'))).toEqual(
    expected,
  )
})

test.for([
  [0, 1],
  [1, 0],
  [15_000, 0],
  [15_001, 1],
  [undefined, 0],
] as const)('a timeout of %s ms: %i faults', ([timeout, faults]) => {
  expect(checkProbeSettings(timeout === undefined ? {} : { timeout })).toHaveLength(faults)
})
