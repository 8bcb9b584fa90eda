// The probe as the conformance suite's client: `conformance client --command "node test/conformance/client.ts"` appends
// the URL of its server and names the scenario in the environment. Exit code 1 when the probe finds the server wanting.
import { probe } from '../../lib/probe/probe.ts'
import { ask } from '../../lib/probe/session.ts'

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

const result = await probe(
  {
    endpoint: url,
    era: version === '' || version >= '2026' ? 'auto' : 'legacy',
    timeoutMs: 10_000,
    headers: {},
    allowAddresses: ['127.0.0.0/8', '::1'],
  },
  {
    async afterwards(asking, tools) {
      const call = CALLS[scenario]
      if (!call) return undefined
      // That scenario wants the other tool's schema back as it was listed.
      const tool = tools.find(({ name }) => name !== call.name)
      const schema = scenario.startsWith('json-schema') ? { schema: tool?.inputSchema } : {}
      return ask(asking, 'tools/call', { name: call.name, arguments: { ...call.arguments, ...schema } })
    },
  },
)
process.stderr.write(`${JSON.stringify({ ...result, toolList: undefined })}\n`)
process.exitCode = result.fault ? 1 : 0
