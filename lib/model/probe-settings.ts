import * as z from 'zod'
import { DurationMs } from './duration.ts'
import { SecretReference } from './secret-reference.ts'

const HttpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })

/**
 * OAuth 2.1 client credentials (RFC 6749, 4.4). The token endpoint is configured, never learnt from the server that is
 * probed: a server that was taken over could otherwise ask for the client secret. Keys are OAuth's own names.
 */
const OAuthClientCredentials = z
  .strictObject({
    type: z.literal('oauth_client_credentials'),
    token_url: HttpUrl.optional().describe('Token endpoint; or name the issuer and it is read from its metadata.'),
    issuer: HttpUrl.optional().describe('Authorization server, whose metadata (RFC 8414) names the token endpoint.'),
    client_id: z.string().min(1),
    client_secret: SecretReference.optional(),
    private_key: SecretReference.optional().describe('PKCS#8 PEM or JWK, for private_key_jwt (RFC 7523).'),
    client_auth: z
      .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt'])
      .optional()
      .describe('Default: private_key_jwt with a private key, client_secret_basic with a secret.'),
    algorithm: z
      .enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])
      .optional()
      .describe('Signature of the assertion; default: what the key’s type suggests.'),
    key_id: z.string().min(1).optional().describe('`kid` of the assertion.'),
    scope: z.array(z.string().min(1)).optional(),
    resource: z
      .union([HttpUrl, z.literal('none')])
      .optional()
      .describe('Resource indicator (RFC 8707), default the endpoint; "none" for a server that refuses the parameter.'),
    audience: z.string().min(1).optional().describe('`audience` parameter, for authorization servers that want one.'),
  })
  .refine((auth) => (auth.token_url === undefined) !== (auth.issuer === undefined), {
    message: 'expected either token_url or issuer',
  })
  .refine((auth) => (auth.client_secret === undefined) !== (auth.private_key === undefined), {
    message: 'expected either client_secret or private_key',
  })
  .refine(
    (auth) => (auth.client_auth === 'private_key_jwt' ? auth.private_key : auth.client_secret) || !auth.client_auth,
    {
      message: 'client_auth does not fit: private_key_jwt needs private_key, the others need client_secret',
    },
  )
export type OAuthClientCredentials = z.infer<typeof OAuthClientCredentials>

/** How a server wants to be asked. Header and token values are references to secrets, resolved when the probe runs. */
export const ProbeAuth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z
    .strictObject({ type: z.literal('expect_challenge') })
    .describe('The server wants credentials and fleetwatch has none: a 401 is the right answer, anything else is not.'),
  z.strictObject({ type: z.literal('bearer'), token: SecretReference }),
  z.strictObject({ type: z.literal('headers'), headers: z.record(z.string(), SecretReference) }),
  OAuthClientCredentials,
])
export type ProbeAuth = z.infer<typeof ProbeAuth>

/** `/health` on the endpoint's origin, `:9090/metrics` on its host with another port, or a URL of its own. */
const Place = z
  .string()
  .regex(
    /^(\/|:\d{1,5}\/|https?:\/\/)\S*$/,
    'expected a path such as /health, a port and path such as :9090/metrics, or an http or https URL',
  )

const ScrapeInput = z.strictObject({
  url: Place.optional().describe('Prometheus metrics of the server itself, default /metrics.'),
  timeout: DurationMs.optional().describe('Default 5s.'),
  allow: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Metric names to keep, glob patterns; default: mcp_* and process_resident_memory_bytes.'),
  max_series: z.int().positive().optional().describe('Series kept of one server, default 500; the rest is counted.'),
  honor_labels: z
    .boolean()
    .optional()
    .describe('Keep the server’s own deployment, instance and job labels; default: they become exported_….'),
  send_auth: z.boolean().optional().describe('Send the probe’s credentials; only to the endpoint’s own origin.'),
})

/** One thing that must hold for a canary’s answer. */
export const Expectation = z.union([
  z.strictObject({ jsonpath: z.string().startsWith('$'), equals: z.json() }),
  z.strictObject({ jsonpath: z.string().startsWith('$'), matches: z.string().min(1) }),
  z.strictObject({ jsonpath: z.string().startsWith('$'), exists: z.boolean() }),
  z.strictObject({ text_contains: z.string().min(1) }),
  z.strictObject({ text_matches: z.string().min(1).describe('Regular expression in RE2 syntax.') }),
])
export type Expectation = z.infer<typeof Expectation>

const CanaryInput = z.strictObject({
  name: z.string().min(1).optional().describe('Label "canary" of its series, default the tool’s name.'),
  tool: z.string().min(1),
  arguments: z.record(z.string(), z.json()).optional(),
  every: DurationMs.optional().describe('Default 5m.'),
  timeout: DurationMs.optional().describe('Default 10s.'),
  latency_below: DurationMs.optional().describe('A slower answer fails the canary.'),
  expect: z.array(Expectation).optional(),
  allow_side_effects: z
    .boolean()
    .optional()
    .describe('Call the tool although it does not announce readOnlyHint. Only for calls that may be repeated.'),
})

const DriftInput = z.strictObject({
  enabled: z.boolean().optional().describe('Default true.'),
  confirmations: z.int().min(1).max(10).optional().describe('Probes that must see the same change, default 2.'),
  ignore: z.array(z.string().min(1)).optional().describe('Tools that may come and go, glob patterns.'),
})

const HealthUrlInput = z.union([
  Place,
  z.strictObject({
    url: Place,
    name: z.string().min(1).optional().describe('Label "url" of its series, default the path.'),
    timeout: DurationMs.optional().describe('Default 5s.'),
    ignore: z.array(z.string().min(1)).optional().describe('Sub-checks that do not matter, glob patterns.'),
    send_auth: z.boolean().optional().describe('Send the probe’s credentials; only to the endpoint’s own origin.'),
  }),
])

/** `probe:` in fleetwatch.yaml, for the fleet or for one server (whose keys win). */
export const ProbeSettingsInput = z.strictObject({
  timeout: DurationMs.optional().describe('Deadline of a whole probe, default 10s.'),
  path: z.string().startsWith('/').optional().describe('MCP path for endpoints found by task address, default /mcp.'),
  port: z.int().min(1).max(65535).optional().describe('Port for endpoints found by task address.'),
  host: z.string().optional().describe('Host header and TLS server name, when the endpoint is an address.'),
  era: z.enum(['auto', 'legacy', 'modern']).optional(),
  auth: ProbeAuth.optional(),
  allow_addresses: z
    .array(z.string())
    .optional()
    .describe('CIDR blocks that may be probed although they are loopback or link-local.'),
  scrape: z
    .union([z.literal(false), ScrapeInput])
    .optional()
    .describe('Metrics of the server itself; default: none.'),
  canaries: z.array(CanaryInput).optional().describe('Tool calls whose answer must be right.'),
  drift: DriftInput.optional().describe('What to do when the tools change.'),
  health_urls: z.array(HealthUrlInput).optional().describe('Health documents shown and held against the verdict.'),
})
export type ProbeSettingsInput = z.infer<typeof ProbeSettingsInput>

export const ScrapeSettings = z.object({
  url: z.string(),
  timeoutMs: z.number(),
  allow: z.array(z.string()),
  maxSeries: z.number(),
  honorLabels: z.boolean(),
  sendAuth: z.boolean(),
})
export type ScrapeSettings = z.infer<typeof ScrapeSettings>

export const CanarySettings = z.object({
  name: z.string(),
  tool: z.string(),
  arguments: z.record(z.string(), z.json()),
  everyMs: z.number(),
  timeoutMs: z.number(),
  latencyBelowMs: z.number().optional(),
  expect: z.array(Expectation),
  allowSideEffects: z.boolean(),
})
export type CanarySettings = z.infer<typeof CanarySettings>

export const DriftSettings = z.object({
  enabled: z.boolean(),
  confirmations: z.number(),
  ignore: z.array(z.string()),
})
export type DriftSettings = z.infer<typeof DriftSettings>

export const HealthUrlSettings = z.object({
  name: z.string(),
  url: z.string(),
  timeoutMs: z.number(),
  ignore: z.array(z.string()),
  sendAuth: z.boolean(),
})
export type HealthUrlSettings = z.infer<typeof HealthUrlSettings>

/** Probe settings as the registry keeps them: every default filled in. Unknown keys of an older deployment are dropped. */
export const ProbeSettings = z.object({
  timeoutMs: z.number(),
  host: z.string().optional(),
  era: z.enum(['auto', 'legacy', 'modern']),
  auth: ProbeAuth,
  allowAddresses: z.array(z.string()),
  scrape: ScrapeSettings.optional(),
  canaries: z.array(CanarySettings).default([]),
  drift: DriftSettings.default({ enabled: true, confirmations: 2, ignore: [] }),
  healthUrls: z.array(HealthUrlSettings).default([]),
})
export type ProbeSettings = z.infer<typeof ProbeSettings>
