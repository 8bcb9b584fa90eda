import { expect, test } from 'vitest'
import type { Sample } from '../../../lib/model/sample.ts'
import type { Server } from '../../../lib/model/server.ts'
import type { Verdict } from '../../../lib/model/verdict.ts'
import { histogramSamples, observeOperation } from '../../../lib/probe/operation-histogram.ts'
import { samplesOf } from '../../../lib/probe/probe-samples.ts'
import { resolveProbeSettings } from '../../../lib/probe/settings.ts'

const server: Server = {
  deployment: 'search',
  cluster: 'mcp',
  service: 'search',
  endpoint: 'http://10.0.0.7:8080/mcp',
  endpointSource: 'task',
  labels: { team: 'a' },
  probe: resolveProbeSettings({}),
  discoveredAt: '2026-11-21T12:00:00.000Z',
}
const verdict = (more: Partial<Verdict>): Verdict => ({
  health: 'healthy',
  reason: 'ok',
  message: 'The server lists 3 tools.',
  timings: { connectMs: 1.5, firstByteMs: 20, totalMs: 40 },
  requests: 4,
  session: 'deleted',
  at: '2026-11-21T12:00:00.000Z',
  ...more,
})

const text = ({ labels, value }: Sample) => {
  const { __name__, ...others } = labels
  const shown = Object.entries(others).map(([name, label]) => `${name}=${label}`)
  return `${__name__}{${shown.join(',')}} ${value}`
}

test('a healthy server', () => {
  const seen = verdict({
    era: 'legacy',
    transport: 'streamable-http',
    protocolVersion: '2025-11-25',
    server: { name: 's', version: '1.2.3' },
    tools: 3,
  })
  expect(samplesOf(server, seen, { sessionsLeaked: 2 }).map(text)).toEqual([
    'mcp_deployment_status{team=a,deployment=search} 1',
    'mcp_deployment_verdict_timestamp_seconds{team=a,deployment=search} 1795262400',
    'up{team=a,deployment=search,job=mcp-server,instance=10.0.0.7:8080} 1',
    'mcp_deployment_probe_duration_seconds{team=a,deployment=search,phase=connect} 0.0015',
    'mcp_deployment_probe_duration_seconds{team=a,deployment=search,phase=first_byte} 0.02',
    'mcp_deployment_probe_duration_seconds{team=a,deployment=search,phase=total} 0.04',
    'mcp_deployment_tools{team=a,deployment=search} 3',
    'fleetwatch_probe_sessions_leaked{team=a,deployment=search} 2',
    'mcp_server_info{team=a,deployment=search,version=1.2.3,transport=streamable-http,auth_enabled=false,era=legacy,protocol_version=2025-11-25} 1',
  ])
})

test.for<[Partial<Verdict>, number, number | undefined]>([
  [{ health: 'warning', layer: 'auth', reason: 'auth' }, 0.5, 1],
  [{ health: 'warning', layer: 'http', reason: 'throttled' }, 0.5, 1],
  [{ health: 'critical', layer: 'tools', reason: 'degraded' }, 0, 1],
  [{ health: 'critical', layer: 'http', reason: 'server_error' }, 0, 1],
  [{ health: 'critical', layer: 'http', reason: 'bad_gateway' }, 0, 0],
  [{ health: 'critical', layer: 'http', reason: 'timeout' }, 0, 0],
  [{ health: 'warning', layer: 'network', reason: 'refused' }, 0.5, 0],
  [{ health: 'critical', layer: 'ecs', reason: 'no_tasks' }, 0, 0],
  [{ health: 'warning', layer: 'ecs', reason: 'tasks_missing' }, 0.5, 1],
  [{ health: 'unknown', layer: 'ecs', reason: 'stopped' }, -1, 0],
  [{ health: 'unknown', reason: 'prober_error' }, -1, undefined],
  [{ health: 'unknown', reason: 'monitor-offline' }, -1, undefined],
])('%j: status %d, up %d', ([more, status, up]) => {
  const values = Object.fromEntries(
    samplesOf(server, verdict(more)).map(({ labels, value }) => [labels.__name__, value]),
  )
  expect({ status: values.mcp_deployment_status, up: values.up }).toEqual({ status, up })
})

test('durations of tools/list, bounds included, errors apart and few', () => {
  let histogram = [0.01, 0.010001, 1, 300, 301].reduce(
    (before, seconds) => observeOperation(before, { seconds }),
    observeOperation(undefined, { seconds: 3, errorType: 'timeout' }),
  )
  const seen = Object.fromEntries(
    histogramSamples(histogram, {}).map(({ labels, value }) => [
      `${labels.__name__?.slice(37)} ${labels.error_type ?? ''} ${labels.le ?? ''}`,
      value,
    ]),
  )
  expect(seen).toMatchObject({
    '_bucket  0.01': 1,
    '_bucket  0.02': 2,
    '_bucket  0.5': 2,
    '_bucket  1': 3,
    '_bucket  300': 4,
    '_bucket  +Inf': 5,
    '_count  ': 5,
    '_bucket timeout 2': 0,
    '_bucket timeout 5': 1,
    '_sum timeout ': 3,
  })
  for (let code = 0; code < 50; code += 1)
    histogram = observeOperation(histogram, { seconds: 1, errorType: `-32${code}` })
  expect(Object.keys(histogram).length).toBeLessThanOrEqual(8)
})
