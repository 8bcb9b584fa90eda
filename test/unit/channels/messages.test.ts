import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSpan, severityOf } from '../../../lib/channels/describe.ts'
import { renderEmail } from '../../../lib/channels/email.ts'
import { renderPagerduty } from '../../../lib/channels/pagerduty.ts'
import { renderSlack } from '../../../lib/channels/slack.ts'
import { sign } from '../../../lib/channels/webhook.ts'
import { PagerdutyEvent, ROUTING_KEY } from '../../../lib/local/receivers/pagerduty.ts'
import { SlackBody } from '../../../lib/local/receivers/slack.ts'
import type { WebhookPayload } from '../../../lib/model/notification.ts'
import { payload } from './examples.ts'

/** An alert that a person wrote carelessly, or that an attacker wrote carefully. */
const HOSTILE = payload('firing', {
  commonLabels: { alertname: 'A <!channel> & <https://evil.example|x>', deployment: '"><script>alert(1)</script>' },
  commonAnnotations: { summary: '*bold* <@U123>\nsecond line', runbook_url: 'javascript:alert(1)' },
})
const BARE = payload('firing', { commonLabels: {}, commonAnnotations: {}, externalURL: '' })

test('Slack: firing', () => {
  expect(renderSlack(payload())).toMatchInlineSnapshot(`
    {
      "attachments": [
        {
          "blocks": [
            {
              "text": {
                "text": "payments-mcp answers no MCP request: connection refused (layer network).
    2 of 2 tasks stopped with exit code 137 since 09:01.",
                "type": "mrkdwn",
              },
              "type": "section",
            },
            {
              "fields": [
                {
                  "text": "*Deployment*
    payments-mcp",
                  "type": "mrkdwn",
                },
                {
                  "text": "*Severity*
    critical",
                  "type": "mrkdwn",
                },
                {
                  "text": "*Started*
    <!date^1795251900^{date_short_pretty} {time_secs}|2026-11-21 09:05:00 UTC>",
                  "type": "mrkdwn",
                },
                {
                  "text": "*cluster*
    prod",
                  "type": "mrkdwn",
                },
                {
                  "text": "*team*
    payments",
                  "type": "mrkdwn",
                },
              ],
              "type": "section",
            },
            {
              "elements": [
                {
                  "text": "<https://example.com/runbook#mcpserverdown|Runbook>  ·  <https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards:name=fleetwatch|Dashboard>  ·  receiver pager",
                  "type": "mrkdwn",
                },
              ],
              "type": "context",
            },
          ],
          "color": "#d40e0d",
        },
      ],
      "text": ":rotating_light: *FIRING: McpServerDown on payments-mcp*",
    }
  `)
})

test('Slack: resolved', () => {
  expect(renderSlack(payload('resolved'))).toMatchInlineSnapshot(`
    {
      "attachments": [
        {
          "blocks": [
            {
              "text": {
                "text": "Was: payments-mcp answers no MCP request: connection refused (layer network).
    2 of 2 tasks stopped with exit code 137 since 09:01.",
                "type": "mrkdwn",
              },
              "type": "section",
            },
            {
              "fields": [
                {
                  "text": "*Deployment*
    payments-mcp",
                  "type": "mrkdwn",
                },
                {
                  "text": "*Severity*
    critical",
                  "type": "mrkdwn",
                },
                {
                  "text": "*Started*
    <!date^1795251900^{date_short_pretty} {time_secs}|2026-11-21 09:05:00 UTC>",
                  "type": "mrkdwn",
                },
                {
                  "text": "*Resolved*
    <!date^1795259862^{date_short_pretty} {time_secs}|2026-11-21 11:17:42 UTC> after 2 h 12 min",
                  "type": "mrkdwn",
                },
                {
                  "text": "*cluster*
    prod",
                  "type": "mrkdwn",
                },
                {
                  "text": "*team*
    payments",
                  "type": "mrkdwn",
                },
              ],
              "type": "section",
            },
            {
              "elements": [
                {
                  "text": "<https://example.com/runbook#mcpserverdown|Runbook>  ·  <https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards:name=fleetwatch|Dashboard>  ·  receiver pager",
                  "type": "mrkdwn",
                },
              ],
              "type": "context",
            },
          ],
          "color": "#2eb67d",
        },
      ],
      "text": ":white_check_mark: *RESOLVED: McpServerDown on payments-mcp*",
    }
  `)
})

test('Slack: nothing in an alert pings or links', () => {
  expect(renderSlack(HOSTILE)).toMatchInlineSnapshot(`
    {
      "attachments": [
        {
          "blocks": [
            {
              "text": {
                "text": "*bold* &lt;@U123&gt;
    second line",
                "type": "mrkdwn",
              },
              "type": "section",
            },
            {
              "fields": [
                {
                  "text": "*Deployment*
    "&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
                  "type": "mrkdwn",
                },
                {
                  "text": "*Severity*
    error",
                  "type": "mrkdwn",
                },
                {
                  "text": "*Started*
    <!date^1795251900^{date_short_pretty} {time_secs}|2026-11-21 09:05:00 UTC>",
                  "type": "mrkdwn",
                },
              ],
              "type": "section",
            },
            {
              "elements": [
                {
                  "text": "<https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards:name=fleetwatch|Dashboard>  ·  receiver pager",
                  "type": "mrkdwn",
                },
              ],
              "type": "context",
            },
          ],
          "color": "#e8590c",
        },
      ],
      "text": ":rotating_light: *FIRING: A &lt;!channel&gt; &amp; &lt;https://evil.example|x&gt; on "&gt;&lt;script&gt;alert(1)&lt;/script&gt;*",
    }
  `)
})

test('Slack: an alert that says nothing', () => {
  expect(renderSlack(BARE)).toMatchInlineSnapshot(`
    {
      "attachments": [
        {
          "blocks": [
            {
              "fields": [
                {
                  "text": "*Severity*
    error",
                  "type": "mrkdwn",
                },
                {
                  "text": "*Started*
    <!date^1795251900^{date_short_pretty} {time_secs}|2026-11-21 09:05:00 UTC>",
                  "type": "mrkdwn",
                },
              ],
              "type": "section",
            },
            {
              "elements": [
                {
                  "text": "receiver pager",
                  "type": "mrkdwn",
                },
              ],
              "type": "context",
            },
          ],
          "color": "#e8590c",
        },
      ],
      "text": ":rotating_light: *FIRING: Alert*",
    }
  `)
})

test('PagerDuty: firing', () => {
  expect(JSON.parse(renderPagerduty(payload(), ROUTING_KEY))).toMatchInlineSnapshot(`
    {
      "client": "fleetwatch",
      "client_url": "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards:name=fleetwatch",
      "dedup_key": "ef42844307df0d2d61333c4cd8f65be935a097f2e67220c9dba7bf54170ff68d",
      "event_action": "trigger",
      "links": [
        {
          "href": "https://example.com/runbook#mcpserverdown",
          "text": "Runbook",
        },
        {
          "href": "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards:name=fleetwatch",
          "text": "Dashboard",
        },
      ],
      "payload": {
        "class": "McpServerDown",
        "component": "payments-mcp",
        "custom_details": {
          "annotations": {
            "description": "2 of 2 tasks stopped with exit code 137 since 09:01.",
            "runbook_url": "https://example.com/runbook#mcpserverdown",
            "summary": "payments-mcp answers no MCP request: connection refused (layer network).",
          },
          "labels": {
            "alertname": "McpServerDown",
            "cluster": "prod",
            "deployment": "payments-mcp",
            "severity": "critical",
            "team": "payments",
          },
        },
        "group": "prod",
        "severity": "critical",
        "source": "payments-mcp",
        "summary": "FIRING: McpServerDown on payments-mcp – payments-mcp answers no MCP request: connection refused (layer network).",
        "timestamp": "2026-11-21T09:05:00.000Z",
      },
      "routing_key": "0123456789abcdef0123456789abcdef",
    }
  `)
})

test('PagerDuty: resolved, severity set in the file', () => {
  expect(JSON.parse(renderPagerduty(payload('resolved'), ROUTING_KEY, 'warning'))).toMatchInlineSnapshot(`
    {
      "client": "fleetwatch",
      "client_url": "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards:name=fleetwatch",
      "dedup_key": "ef42844307df0d2d61333c4cd8f65be935a097f2e67220c9dba7bf54170ff68d",
      "event_action": "resolve",
      "links": [
        {
          "href": "https://example.com/runbook#mcpserverdown",
          "text": "Runbook",
        },
        {
          "href": "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards:name=fleetwatch",
          "text": "Dashboard",
        },
      ],
      "payload": {
        "class": "McpServerDown",
        "component": "payments-mcp",
        "custom_details": {
          "annotations": {
            "description": "2 of 2 tasks stopped with exit code 137 since 09:01.",
            "runbook_url": "https://example.com/runbook#mcpserverdown",
            "summary": "payments-mcp answers no MCP request: connection refused (layer network).",
          },
          "labels": {
            "alertname": "McpServerDown",
            "cluster": "prod",
            "deployment": "payments-mcp",
            "severity": "critical",
            "team": "payments",
          },
        },
        "group": "prod",
        "severity": "warning",
        "source": "payments-mcp",
        "summary": "RESOLVED: McpServerDown on payments-mcp – Was: payments-mcp answers no MCP request: connection refused (layer network).",
        "timestamp": "2026-11-21T09:05:00.000Z",
      },
      "routing_key": "0123456789abcdef0123456789abcdef",
    }
  `)
})

test('PagerDuty: details that are too large are left out, and that is said', () => {
  const large = payload('firing', {
    commonLabels: { alertname: 'A' },
    commonAnnotations: { summary: 'ä'.repeat(300_000) },
  })
  const event = PagerdutyEvent.parse(JSON.parse(renderPagerduty(large, ROUTING_KEY)))
  expect(event.payload.custom_details).toEqual({
    left_out: 'labels and annotations: together they are larger than PagerDuty takes (512 KB)',
  })
  expect(event.payload.summary).toHaveLength(1024)
})

test('mail: firing, as text', () => {
  const { subject, text } = renderEmail(payload())
  expect(`Subject: ${subject}\n\n${text}`).toMatchInlineSnapshot(`
    "Subject: [critical] FIRING: McpServerDown on payments-mcp

    FIRING: McpServerDown on payments-mcp

    payments-mcp answers no MCP request: connection refused (layer network).

    2 of 2 tasks stopped with exit code 137 since 09:01.

    Deployment  payments-mcp
    Severity    critical
    Started     2026-11-21 09:05:00 UTC
    cluster     prod
    team        payments

    Runbook: https://example.com/runbook#mcpserverdown
    Dashboard: https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards:name=fleetwatch

    Sent by fleetwatch to receiver pager.
    "
  `)
})

test('mail: resolved, as text', () => {
  const { subject, text } = renderEmail(payload('resolved'))
  expect(`Subject: ${subject}\n\n${text}`).toMatchInlineSnapshot(`
    "Subject: [critical] RESOLVED: McpServerDown on payments-mcp

    RESOLVED: McpServerDown on payments-mcp

    Was: payments-mcp answers no MCP request: connection refused (layer network).

    2 of 2 tasks stopped with exit code 137 since 09:01.

    Deployment  payments-mcp
    Severity    critical
    Started     2026-11-21 09:05:00 UTC
    Resolved    2026-11-21 11:17:42 UTC, after 2 h 12 min
    cluster     prod
    team        payments

    Runbook: https://example.com/runbook#mcpserverdown
    Dashboard: https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards:name=fleetwatch

    Sent by fleetwatch to receiver pager.
    "
  `)
})

test('mail: resolved, as HTML', () => {
  expect(renderEmail(payload('resolved')).html).toMatchInlineSnapshot(`
    "<!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>RESOLVED: McpServerDown on payments-mcp</title></head>
    <body style="margin:0;padding:24px;background:#f4f5f7;font-family:Helvetica,Arial,sans-serif;color:#1c2127">
    <div style="max-width:640px;margin:0 auto;background:#fff;border:1px solid #e6e8eb">
    <h1 style="margin:0;padding:16px 24px;background:#1a7f4e;color:#fff;font-size:20px">RESOLVED: McpServerDown on payments-mcp</h1>
    <div style="padding:20px 24px">
    <p style="margin:0 0 12px;font-size:16px;line-height:1.45">Was: payments-mcp answers no MCP request: connection refused (layer network).</p>
    <p style="margin:0 0 12px;font-size:16px;line-height:1.45">2 of 2 tasks stopped with exit code 137 since 09:01.</p>
    <table style="border-collapse:collapse;width:100%;font-size:14px"><tr><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;color:#5b6570;white-space:nowrap">Deployment</td><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;word-break:break-word">payments-mcp</td></tr>
    <tr><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;color:#5b6570;white-space:nowrap">Severity</td><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;word-break:break-word">critical</td></tr>
    <tr><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;color:#5b6570;white-space:nowrap">Started</td><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;word-break:break-word">2026-11-21 09:05:00 UTC</td></tr>
    <tr><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;color:#5b6570;white-space:nowrap">Resolved</td><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;word-break:break-word">2026-11-21 11:17:42 UTC, after 2 h 12 min</td></tr>
    <tr><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;color:#5b6570;white-space:nowrap">cluster</td><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;word-break:break-word">prod</td></tr>
    <tr><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;color:#5b6570;white-space:nowrap">team</td><td style="padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb;word-break:break-word">payments</td></tr></table>
    <p style="margin:16px 0 0;font-size:14px"><a href="https://example.com/runbook#mcpserverdown" style="color:#1d55b8;margin-right:20px">Runbook</a><a href="https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#dashboards:name=fleetwatch" style="color:#1d55b8;margin-right:20px">Dashboard</a></p>
    <p style="margin:16px 0 0;font-size:12px;color:#5b6570">Sent by fleetwatch to receiver pager.</p>
    </div></div></body></html>
    "
  `)
})

test('mail: nothing in an alert becomes markup, and the subject is one line', () => {
  const { subject, html } = renderEmail(HOSTILE)
  expect(html).not.toContain('<script>')
  expect(html).not.toContain('javascript:')
  const folded = renderEmail(payload('firing', { commonLabels: { alertname: 'A\r\nBcc: x@example.com' } })).subject
  expect(folded).toBe('[error] FIRING: A Bcc: x@example.com')
  expect(subject).toBe('[error] FIRING: A <!channel> & <https://evil.example|x> on "><script>alert(1)</script>')
})

test('the signature of a webhook can be computed by anybody who has the secret', () => {
  // printf '1795251900.{}' | openssl dgst -sha256 -hmac secret
  expect(sign('{}', 'secret', new Date('2026-11-21T09:05:00.900Z'))).toMatchInlineSnapshot(
    `"t=1795251900,v1=c1663030e0b0440430633b3f70fa1e36cbb783101b7faf1573d7087053697545"`,
  )
})

test.for([
  [undefined, 'error'],
  ['critical', 'critical'],
  ['Critical', 'critical'],
  ['page', 'critical'],
  ['warning', 'warning'],
  ['info', 'info'],
  ['none', 'info'],
  ['p2', 'error'],
] as const)('severity %s counts as %s', ([label, severity]) => {
  expect(severityOf(label)).toBe(severity)
})

test.for([
  [-1, '0 s'],
  [0, '0 s'],
  [59_499, '59 s'],
  [59_500, '1 min 0 s'],
  [3_599_000, '59 min 59 s'],
  [3_600_000, '1 h 0 min'],
  [86_399_000, '23 h 59 min'],
  [93_600_000, '1 d 2 h'],
] as const)('%i ms is %s', ([spanMs, text]) => {
  expect(formatSpan(spanMs)).toBe(text)
})

test('property: Slack and PagerDuty take every message, whatever labels and annotations hold', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('&'.repeat(5000), 'x'.repeat(9000), '<|>'.repeat(2000), '😀'.repeat(3000), '\n', ''),
  )
  const name = fc.oneof(
    fc.constantFrom('alertname', 'deployment', 'severity', 'summary', 'description', 'runbook_url'),
    text,
  )
  const texts = fc.dictionary(name, text, { maxKeys: 20 })
  fc.assert(
    fc.property(texts, texts, fc.constantFrom('firing', 'resolved'), (labels, annotations, status) => {
      const any: WebhookPayload = payload(status, { commonLabels: labels, commonAnnotations: annotations })
      SlackBody.parse(JSON.parse(JSON.stringify(renderSlack(any))))
      PagerdutyEvent.parse(JSON.parse(renderPagerduty(any, ROUTING_KEY)))
      expect(renderEmail(any).subject.length).toBeLessThanOrEqual(150)
    }),
    { numRuns: 500 },
  )
})
