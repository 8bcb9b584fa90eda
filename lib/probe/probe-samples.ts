import type { MetricName } from '../metrics/names.ts'
import type { ProbeMemory } from '../model/probe-memory.ts'
import type { Labels, Sample } from '../model/sample.ts'
import type { Server } from '../model/server.ts'
import { HEALTH_VALUE, type Verdict } from '../model/verdict.ts'
import { histogramSamples } from './operation-histogram.ts'

const PHASES = [
  ['dns', 'dnsMs'],
  ['connect', 'connectMs'],
  ['tls', 'tlsMs'],
  ['first_byte', 'firstByteMs'],
  ['total', 'totalMs'],
] as const

/** Layers below the answer of an MCP server: whoever fails there was not reached. */
const UNREACHED = new Set<Verdict['layer']>(['network', 'dns', 'tls'])

/**
 * Series of one verdict. `up` is 1 when the server answered the probe as MCP, whatever it thinks of the probe's
 * credential; while it is unknown whether the server lives (the prober's own fault), there is no `up`.
 */
export function samplesOf(server: Server, verdict: Verdict, memory?: ProbeMemory): Sample[] {
  const sample = (name: MetricName, value: number, labels: Labels = {}): Sample => ({
    labels: { __name__: name, ...server.labels, deployment: server.deployment, ...labels },
    value,
  })
  const phases = PHASES.flatMap(([phase, key]) => {
    const ms = verdict.timings[key]
    return ms === undefined ? [] : [sample('mcp_deployment_probe_duration_seconds', ms / 1000, { phase })]
  })
  const up = isUp(verdict)
  return [
    sample('mcp_deployment_status', HEALTH_VALUE[verdict.health]),
    sample('mcp_deployment_verdict_timestamp_seconds', Date.parse(verdict.at) / 1000),
    ...(up === undefined
      ? []
      : [sample('up', up ? 1 : 0, { job: 'mcp-server', instance: new URL(server.endpoint).host })]),
    ...phases,
    ...(verdict.tools === undefined ? [] : [sample('mcp_deployment_tools', verdict.tools)]),
    ...(memory?.sessionsLeaked === undefined
      ? []
      : [sample('fleetwatch_probe_sessions_leaked', memory.sessionsLeaked)]),
    ...histogramSamples(memory?.operations ?? {}, { ...server.labels, deployment: server.deployment }),
    ...infoOf(server, verdict).map((labels) => sample('mcp_server_info', 1, labels)),
  ]
}

/** Reasons of verdicts in which the server did not answer, though the layer they name is none of the network's. */
const SILENT = new Set([
  'timeout',
  'cut_off',
  'not_http',
  'bad_gateway',
  'unavailable',
  'gateway_timeout',
  'no_tasks',
  'starting',
  'deploying',
  'stopped',
])

function isUp({ health, layer, reason }: Verdict): boolean | undefined {
  if (health === 'unknown') return reason === 'stopped' ? false : undefined
  return health === 'healthy' || !(UNREACHED.has(layer) || SILENT.has(reason))
}

function infoOf(server: Server, { server: info, transport, era, protocolVersion }: Verdict): Labels[] {
  if (!transport || !era) return []
  return [
    {
      version: info?.version || 'unknown',
      transport,
      auth_enabled: String(server.probe.auth.type !== 'none'),
      era,
      ...(protocolVersion && { protocol_version: protocolVersion }),
    },
  ]
}
