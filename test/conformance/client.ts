// The probe as the conformance suite's client: `conformance client --command "node test/conformance/client.ts"` appends
// the URL of its server and names the scenario in the environment. Exit code 1 when the probe finds the server wanting.
import type { ProbeAuth } from '../../lib/model/probe-settings.ts'
import { createAuthenticate } from '../../lib/probe/auth/authenticate.ts'
import { createGuard } from '../../lib/probe/guard.ts'
import { USER_AGENT } from '../../lib/probe/identity.ts'
import { probeServer } from '../../lib/probe/probe-server.ts'
import { ask } from '../../lib/probe/session.ts'
import { resolveProbeSettings } from '../../lib/probe/settings.ts'

const url = process.argv.at(-1) ?? ''
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? ''
const version = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION ?? ''

/** Tool calls that a scenario wants to see, as a canary would make them. */
const CALLS: Record<string, { name: string; arguments: Record<string, unknown> }> = {
  tools_call: { name: 'add_numbers', arguments: { a: 2, b: 3 } },
  'http-standard-headers': { name: 'test_headers', arguments: {} },
  'http-invalid-tool-headers': { name: 'valid_tool', arguments: { region: 'eu' } },
  'json-schema-2020-12-preservation': { name: 'json_schema_echo', arguments: {} },
}

/** Client credentials of a scenario, as an operator would configure them; the issuer is looked up, which the probe never does. */
async function configuredAuth(): Promise<ProbeAuth> {
  const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}')
  if (!scenario.startsWith('auth/client-credentials-') || !context.client_id) return { type: 'none' }
  const metadata = await fetch(new URL(`/.well-known/oauth-protected-resource${new URL(url).pathname}`, url))
  const { authorization_servers: issuers } = (await metadata.json()) as { authorization_servers: string[] }
  const client = { type: 'oauth_client_credentials' as const, issuer: issuers[0], client_id: context.client_id }
  return context.client_secret
    ? { ...client, client_secret: 'ssm:/secret' }
    : { ...client, private_key: 'ssm:/key', algorithm: context.signing_algorithm }
}

const ALLOWED = ['127.0.0.0/8', '::1']
const settings = resolveProbeSettings({
  auth: await configuredAuth(),
  era: version === '' || version >= '2026' ? 'auto' : 'legacy',
  allow_addresses: ALLOWED,
})
const authenticate = createAuthenticate({
  async readSecret(reference) {
    const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}')
    return reference === 'ssm:/key' ? context.private_key_pem : context.client_secret
  },
  guard: createGuard(ALLOWED),
  userAgent: USER_AGENT,
  now: () => new Date(),
})
const result = await probeServer({ endpoint: url, probe: settings }, undefined, authenticate, new Date(), {
  async afterwards(asking, tools) {
    const call = CALLS[scenario]
    if (!call) return undefined
    // That scenario wants the other tool's schema back as it was listed.
    const tool = tools.find(({ name }) => name !== call.name)
    const schema = scenario.startsWith('json-schema') ? { schema: tool?.inputSchema } : {}
    return ask(asking, 'tools/call', { name: call.name, arguments: { ...call.arguments, ...schema } })
  },
})
process.stderr.write(`${JSON.stringify({ ...result, toolList: undefined })}\n`)
process.exitCode = result.fault ? 1 : 0
