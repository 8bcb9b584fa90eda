import type { Alert } from '../../lib/model/alert.ts'

/** A firing critical alert for tests; what the test is about stands in `given`. */
export function anAlert(given: Partial<Alert> = {}): Alert {
  return {
    fingerprint: '0123456789abcdef',
    group: 'mcp',
    rule: 'McpServerDown',
    state: 'firing',
    labels: { alertname: 'McpServerDown', deployment: 'files', severity: 'critical' },
    annotations: { summary: 'MCP server files is down' },
    value: '0',
    activeAt: '2026-11-21T05:58:00.000Z',
    firedAt: '2026-11-21T06:00:00.000Z',
    lastEvaluatedAt: '2026-11-21T07:59:45.000Z',
    told: [],
    version: 3,
    ...given,
  }
}
