import { describe, expect, test } from 'vitest'
import { daysBetween } from '../../../lib/costs/calendar.ts'
import { fleetCosts } from '../../../lib/costs/fleet-costs.ts'
import { fetchWindow, recordBilled, recordEstimates } from '../../../lib/costs/record-costs.ts'
import { SlackBody } from '../../../lib/local/receivers/slack.ts'
import type { BilledCost, CostLook } from '../../../lib/model/cost.ts'
import { dailyReport } from '../../../lib/reports/daily-report.ts'
import { reportHtml } from '../../../lib/reports/report-html.ts'
import { reportSlack } from '../../../lib/reports/report-slack.ts'
import { reportText } from '../../../lib/reports/report-text.ts'
import { fleetStatus } from '../../../lib/status/fleet-status.ts'
import { aServer } from '../../support/a-server.ts'
import { aVerdict } from '../../support/a-verdict.ts'
import { anAlert } from '../../support/an-alert.ts'

const ECS = 'Amazon Elastic Container Service'
const now = new Date('2026-11-21T08:00:00Z')
const look: CostLook = {
  at: '2026-11-21T07:20:00.000Z',
  fetchedAt: '2026-11-21T07:20:00.000Z',
  requests: 1,
  fleet: 'demo',
  tag: 'fleetwatch:server',
  pricing: { region: 'us-east-1' },
  budgets: [
    { name: 'fleet', amount: 120, period: 'monthly' },
    { name: 'files', amount: 15, period: 'monthly', server: 'files' },
  ],
}

function billed(perDay: Record<string, number>): BilledCost[] {
  const days = Array.from({ length: 21 }, (_, index) => `2026-11-${String(index + 1).padStart(2, '0')}`)
  return days.flatMap((day) => Object.entries(perDay).map(([server, usd]) => ({ day, server, service: ECS, usd })))
}

function report(
  names: string[],
  costs: BilledCost[],
  more: { down?: string[]; alerts?: ReturnType<typeof anAlert>[] } = {},
) {
  const servers = names.map((deployment) => aServer({ deployment }))
  const verdicts = new Map(
    names.map((name) => [
      name,
      more.down?.includes(name)
        ? aVerdict({
            health: 'critical',
            reason: 'refused',
            layer: 'network',
            message: 'connection refused at 10.0.1.7:8000',
          })
        : aVerdict(),
    ]),
  )
  const alerts = more.alerts ?? []
  const rate = new Map(names.map((name) => [name, { known: true as const, usdPerDay: 0.3 }]))
  const months = recordEstimates(recordBilled([], costs, { from: '2026-11-01', to: '2026-11-22' }), rate, now)
  return dailyReport({
    fleet: 'demo',
    status: fleetStatus({ servers, verdicts, alerts, now }),
    alerts,
    costs: fleetCosts({ months, servers, look, now }),
    now,
  })
}

const troubled = report(['search', 'files', 'memory'], billed({ search: 6, files: 1.2, '': 2 }), {
  down: ['files'],
  alerts: [
    anAlert(),
    anAlert({ fingerprint: 'b', state: 'resolved', resolvedAt: '2026-11-20T09:00:00.000Z' }),
    anAlert({ fingerprint: 'c', state: 'resolved', resolvedAt: '2026-11-20T08:00:00.000Z' }),
  ],
})

test('as text', () => {
  expect(reportText(troubled)).toMatchInlineSnapshot(`
    "MCP fleet demo: daily report, 2026-11-21
    2 of 3 servers healthy, 1 critical; 1 alert fires; budgets fleet, files exceeded

    HEALTH  2 of 3 servers healthy, 1 critical
      files  critical  connection refused at 10.0.1.7:8000

    ALERTS  1 firing, 1 ended in the last 24 hours
      critical  McpServerDown  files  2026-11-21 06:00 UTC  MCP server files is down

    COSTS  $151.30 in November so far, forecast $219.00; 2026-11-20 $7.20, provisional

      budget  of          amount    spent   used  forecast  state
      fleet   the fleet  $120.00  $151.30  126 %     183 %  exceeded
      files   files       $15.00   $25.20  168 %     240 %  exceeded

      server   so far  forecast  a day  yesterday  from
      search  $126.00   $180.00  $6.00      $6.00  Cost Explorer
      files    $25.20    $36.00  $1.20      $1.20  Cost Explorer
      memory    $0.10     $3.00  $0.30      $0.00  estimate

    Note: memory: estimated, since Cost Explorer shows usage up to a day late.
    Note: $42.00 of this month's ECS spend carries no tag fleetwatch:server and is in no server's figure.
    Note: 2026-11-20 is provisional: AWS completes a day's figures up to 24 h after its end."
  `)
})

test('as a Slack message', () => {
  expect(reportSlack(troubled)).toMatchInlineSnapshot(`
    {
      "blocks": [
        {
          "text": {
            "text": "MCP fleet demo: daily report, 2026-11-21",
            "type": "plain_text",
          },
          "type": "header",
        },
        {
          "text": {
            "text": ":red_circle: *2 of 3 servers healthy, 1 critical; 1 alert fires; budgets fleet, files exceeded*",
            "type": "mrkdwn",
          },
          "type": "section",
        },
        {
          "text": {
            "text": "*Health*  2 of 3 servers healthy, 1 critical
    • *files* critical: connection refused at 10.0.1.7:8000",
            "type": "mrkdwn",
          },
          "type": "section",
        },
        {
          "text": {
            "text": "*Alerts*  1 firing, 1 ended in the last 24 hours
    • critical  McpServerDown  files  since 2026-11-21 06:00 UTC  MCP server files is down",
            "type": "mrkdwn",
          },
          "type": "section",
        },
        {
          "text": {
            "text": "*Costs*  $151.30 in November so far, forecast $219.00; 2026-11-20 $7.20, provisional
    • budget fleet (the fleet): $151.30 of $120.00, 126 % used, forecast 183 %: *exceeded*
    • budget files (files): $25.20 of $15.00, 168 % used, forecast 240 %: *exceeded*",
            "type": "mrkdwn",
          },
          "type": "section",
        },
        {
          "text": {
            "text": "• search: $126.00 so far, forecast $180.00 (Cost Explorer)
    • files: $25.20 so far, forecast $36.00 (Cost Explorer)
    • memory: $0.10 so far, forecast $3.00 (estimate)",
            "type": "mrkdwn",
          },
          "type": "section",
        },
        {
          "elements": [
            {
              "text": "Note: memory: estimated, since Cost Explorer shows usage up to a day late.",
              "type": "mrkdwn",
            },
          ],
          "type": "context",
        },
        {
          "elements": [
            {
              "text": "Note: $42.00 of this month's ECS spend carries no tag fleetwatch:server and is in no server's figure.",
              "type": "mrkdwn",
            },
          ],
          "type": "context",
        },
        {
          "elements": [
            {
              "text": "Note: 2026-11-20 is provisional: AWS completes a day's figures up to 24 h after its end.",
              "type": "mrkdwn",
            },
          ],
          "type": "context",
        },
      ],
      "text": "MCP fleet demo: daily report, 2026-11-21: 2 of 3 servers healthy, 1 critical; 1 alert fires; budgets fleet, files exceeded",
    }
  `)
})

test('as an HTML e-mail, without any markup from servers', async () => {
  await expect(reportHtml(troubled)).toMatchFileSnapshot('__snapshots__/daily-report.html')
  const html = reportHtml(report(['<script>x</script>'], []))
  expect(html).not.toContain('<script>')
  expect(html).toContain('&lt;script&gt;x&lt;/script&gt;')
})

test('a quiet day says so', () => {
  const quiet = report(['search'], billed({ search: 1 }))
  expect(quiet).toMatchObject({ headline: '1 of 1 server healthy, costs within budget', tone: 'good' })
})

describe('a large fleet', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `server-${String(index).padStart(4, '0')}`)
  const large = report(names, billed(Object.fromEntries(names.map((name) => [name, 1]))), { down: names })

  test('lists 20 and sums up the rest', () => {
    expect(large.health.troubled).toHaveLength(20)
    expect(large.health.more).toBe('and 980 more servers in trouble')
    expect(large.costs.servers).toHaveLength(20)
    expect(large.costs.more).toBe('and 980 more servers: $20,580.00')
  })

  test('stays within Slack’s limits and counts what it cuts', () => {
    const long = report(
      names.slice(0, 20).map((name) => `${name}${'x'.repeat(200)}`),
      [],
    )
    for (const message of [reportSlack(large), reportSlack(long)]) expect(() => SlackBody.parse(message)).not.toThrow()
    expect(JSON.stringify(reportSlack(long))).toMatch(/… and \d+ more lines/)
  })
})

test('before the first look at costs', () => {
  const status = fleetStatus({ servers: [], verdicts: new Map(), alerts: [], now })
  const first = dailyReport({ fleet: 'demo', status, alerts: [], costs: undefined, now })
  expect(reportText(first)).toContain('COSTS  not looked at yet')
})

describe('the days around the ends of months', () => {
  // $1 a day from 50 days before; what Cost Explorer shows of the two newest days is incomplete: $0.50 and $0.10.
  test.for([
    {
      at: '2026-11-30T08:00:00Z',
      summary: '$28.60 in November so far, forecast $30.00; 2026-11-29 $0.50, provisional',
    },
    { at: '2026-12-01T08:00:00Z', summary: '$0.10 in December so far, forecast $31.00; 2026-11-30 $0.50, provisional' },
    { at: '2026-12-01T00:00:00Z', summary: '$0.10 in December so far, forecast $31.00; 2026-11-30 $0.50, provisional' },
    { at: '2026-12-02T08:00:00Z', summary: '$0.60 in December so far, forecast $31.00; 2026-12-01 $0.50, provisional' },
    { at: '2027-01-01T08:00:00Z', summary: '$0.10 in January so far, forecast $31.00; 2026-12-31 $0.50, provisional' },
    {
      at: '2028-02-29T08:00:00Z',
      summary: '$27.60 in February so far, forecast $29.00; 2028-02-28 $0.50, provisional',
    },
    { at: '2028-03-01T08:00:00Z', summary: '$0.10 in March so far, forecast $31.00; 2028-02-29 $0.50, provisional' },
    { at: '2027-03-01T08:00:00Z', summary: '$0.10 in March so far, forecast $31.00; 2027-02-28 $0.50, provisional' },
  ])('$at', ({ at, summary }) => {
    const then = new Date(at)
    const window = fetchWindow(then)
    const days = daysBetween(window.from, window.to)
    const usd = (index: number) => (index === days.length - 1 ? 0.1 : index === days.length - 2 ? 0.5 : 1)
    const costs = days.map((day, index) => ({ day, server: 'search', service: ECS, usd: usd(index) }))
    const servers = [aServer()]
    const report = dailyReport({
      fleet: 'demo',
      status: fleetStatus({ servers, verdicts: new Map(), alerts: [], now: then }),
      alerts: [],
      costs: fleetCosts({
        months: recordBilled([], costs, window),
        servers,
        look: { ...look, budgets: [] },
        now: then,
      }),
      now: then,
    })
    expect(report.costs.summary).toBe(summary)
  })
})

test('the date in the title is that of the report’s time zone', () => {
  const then = new Date('2026-11-20T19:00:00Z')
  const status = fleetStatus({ servers: [], verdicts: new Map(), alerts: [], now: then })
  const given = { fleet: 'demo', status, alerts: [], costs: undefined, now: then }
  expect(dailyReport({ ...given, timezone: 'Pacific/Auckland' }).title).toBe('MCP fleet demo: daily report, 2026-11-21')
  expect(dailyReport(given).title).toBe('MCP fleet demo: daily report, 2026-11-20')
})
