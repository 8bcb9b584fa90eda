import type { Alerting } from '../../../lib/model/alerting.ts'
import type { Channel, Notification, WebhookPayload } from '../../../lib/model/notification.ts'

const LABELS = {
  alertname: 'McpServerDown',
  cluster: 'prod',
  deployment: 'payments-mcp',
  severity: 'critical',
  team: 'payments',
}

/** One alert as an evaluation hands it out. */
export function payload(status: 'firing' | 'resolved' = 'firing', more: Partial<WebhookPayload> = {}): WebhookPayload {
  const labels = more.commonLabels ?? LABELS
  const annotations = more.commonAnnotations ?? {
    summary: 'payments-mcp answers no MCP request: connection refused (layer network).',
    description: '2 of 2 tasks stopped with exit code 137 since 09:01.',
    runbook_url: 'https://example.com/runbook#mcpserverdown',
  }
  return {
    version: '4',
    groupKey: '{}/{severity="critical"}:{alertname="McpServerDown", deployment="payments-mcp"}',
    truncatedAlerts: 0,
    status,
    receiver: 'pager',
    groupLabels: labels,
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL:
      'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards:name=fleetwatch',
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt: '2026-11-21T09:05:00.000Z',
        endsAt: status === 'resolved' ? '2026-11-21T11:17:42.000Z' : '0001-01-01T00:00:00Z',
        generatorURL: '',
        fingerprint: 'f00d',
      },
    ],
    ...more,
  }
}

export function notification(channel: Channel, more: Partial<Notification> = {}): Notification {
  return { id: 'n1', channel, integration: `${channel}_configs[0]`, sequence: 1, payload: payload(), ...more }
}

/** One receiver, `pager`, with one integration per channel; URLs are those of the receivers a test has started. */
export function alerting(urls: { webhook?: string; pagerduty?: string } = {}): Alerting {
  return {
    route: { receiver: 'pager', matchers: [], continue: false, routes: [] },
    receivers: [
      {
        name: 'pager',
        slack: [{ sendResolved: true, apiUrl: 'ssm:/slack' }],
        pagerduty: [
          { sendResolved: true, routingKey: 'ssm:/pagerduty', url: urls.pagerduty ?? 'http://127.0.0.1:9/v2/enqueue' },
        ],
        email: [{ sendResolved: true, to: ['night@example.com'], from: 'fleetwatch@example.com' }],
        webhook: [{ sendResolved: true, url: urls.webhook ?? 'http://127.0.0.1:9/', timeoutMs: 500 }],
      },
    ],
  }
}
