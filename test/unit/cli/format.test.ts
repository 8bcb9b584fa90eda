import { describe, expect, test } from 'vitest'
import { formatAlerts } from '../../../lib/cli/commands/alerts.ts'
import { formatCosts } from '../../../lib/cli/commands/costs.ts'
import { formatDecisions, formatServers } from '../../../lib/cli/commands/discover.ts'
import { formatStatus } from '../../../lib/cli/commands/status.ts'
import { formatAge } from '../../../lib/cli/format/age.ts'
import { formatTable } from '../../../lib/cli/format/table.ts'
import { fleetCosts } from '../../../lib/costs/fleet-costs.ts'
import { recordBilled } from '../../../lib/costs/record-costs.ts'
import { fleetStatus } from '../../../lib/status/fleet-status.ts'
import { aServer } from '../../support/a-server.ts'
import { aVerdict } from '../../support/a-verdict.ts'
import { anAlert } from '../../support/an-alert.ts'

const now = new Date('2026-11-21T08:00:00Z')
const wide = Number.POSITIVE_INFINITY

test.for([
  { ms: 0, text: '0 s' },
  { ms: 999, text: '0 s' },
  { ms: 59_999, text: '59 s' },
  { ms: 60_000, text: '1 min' },
  { ms: 3_600_000, text: '1 h' },
  { ms: 86_400_000, text: '1 d' },
])('$ms ms reads $text', ({ ms, text }) => expect(formatAge(ms)).toBe(text))

describe('table', () => {
  const columns = [{ title: 'A' }, { title: 'B', align: 'right' as const }, { title: 'WHAT' }]

  test('aligns, and wraps the last column to the terminal between words', () => {
    const words = 'connection refused at 10.0.1.7'
    const text = formatTable(
      columns,
      [
        ['one', '1', words],
        ['three', '100', 'x'.repeat(30)],
      ],
      36,
    )
    expect(text.split('\n')).toEqual([
      'A        B  WHAT',
      'one      1  connection refused at',
      '            10.0.1.7',
      `three  100  ${'x'.repeat(24)}`,
      `            ${'x'.repeat(6)}`,
    ])
  })

  test('without a terminal nothing is wrapped', () => {
    expect(formatTable(columns, [['a', 'b', 'x'.repeat(500)]], wide)).toContain('x'.repeat(500))
  })

  test('what a server sends cannot steer the terminal', () => {
    const text = formatTable([{ title: 'WHAT' }], [['\u001b[2J\u001b]0;owned\u0007red\r\nline']], wide)
    expect(text).toBe('WHAT\nred line')
  })
})

test('status', () => {
  const servers = ['files', 'memory', 'search', 'new'].map((deployment) =>
    aServer({ deployment, discoveredAt: '2026-11-21T07:59:00.000Z' }),
  )
  const verdicts = new Map([
    [
      'files',
      aVerdict({
        health: 'critical',
        layer: 'network',
        reason: 'refused',
        message: 'connection refused at 10.0.1.7:8000',
      }),
    ],
    ['memory', aVerdict({ at: '2026-11-21T07:40:00.000Z' })],
    ['search', aVerdict()],
  ])
  expect(
    formatStatus(fleetStatus({ servers, verdicts, alerts: [anAlert()], now }), 80, { all: false }),
  ).toMatchInlineSnapshot(`
    "UNHEALTHY  1 of 4 servers healthy, 1 critical, 1 unknown, 1 stale

    SERVER  HEALTH               LAYER       CHECKED   TOOK  WHAT
    files   critical             network    30 s ago  42 ms  connection refused at
                                                             10.0.1.7:8000
    memory  stale (was healthy)  –        20 min ago  42 ms  answers MCP, 3 tools
    new     unknown              –             never      –  not checked yet
    search  healthy              –          30 s ago  42 ms  answers MCP, 3 tools

    1 firing, 0 pending: "fleetwatch alerts" shows them"
  `)
})

describe('a fleet of many', () => {
  const names = Array.from({ length: 33 }, (_, index) => `s${String(index).padStart(2, '0')}`)
  const servers = names.map((deployment) => aServer({ deployment }))

  test('status lists the ones in trouble and counts more than 30 healthy ones', () => {
    const verdicts = new Map(names.map((name) => [name, aVerdict()]))
    verdicts.set('s07', aVerdict({ health: 'warning', message: 'slow' }))
    const status = fleetStatus({ servers, verdicts, alerts: [], now })
    const folded = formatStatus(status, wide, { all: false })
    expect(folded.split('\n')).toHaveLength(6)
    expect(folded).toContain('32 healthy servers are not listed; --all lists them')
    expect(formatStatus(status, wide, { all: true }).split('\n')).toHaveLength(36)
    const few = fleetStatus({ servers: servers.slice(0, 31), verdicts, alerts: [], now })
    expect(formatStatus(few, wide, { all: false })).toContain('s30')
  })

  test('costs list the 30 dearest and sum up the rest', () => {
    const billed = names.map((server) => ({ day: '2026-11-20', server, service: 'x', usd: 1 }))
    const months = recordBilled([], billed, { from: '2026-11-01', to: '2026-11-22' })
    const look = {
      at: now.toISOString(),
      requests: 1,
      fleet: 'f',
      tag: 't',
      pricing: { region: 'us-east-1' },
      budgets: [],
    }
    const costs = fleetCosts({ months, servers, look, now })
    expect(formatCosts(costs, now, wide, { all: false })).toMatch(
      /s29 .*\n3 more +\$3\.00 +--all lists them\nall +\$33\.00/,
    )
    expect(formatCosts(costs, now, wide, { all: true })).toMatch(/s32 .*\nall /)
  })
})

test('alerts', () => {
  const alerts = [
    anAlert(),
    anAlert({ state: 'pending', labels: { alertname: 'Slow', severity: 'warning', tool: 'x' }, annotations: {} }),
  ]
  expect(formatAlerts(alerts, ['firing', 'pending'], now, wide)).toMatchInlineSnapshot(`
    "STATE    SEVERITY  ALERT          SERVER  SINCE    VALUE  WHAT
    firing   critical  McpServerDown  files   2 h ago  0      MCP server files is down
    pending  warning   Slow           –       2 h ago  0      tool=x"
  `)
  expect(formatAlerts([], ['firing', 'pending'], now, wide)).toBe('No alert is firing or pending.')
})

test('costs', () => {
  const billed = Array.from({ length: 21 }, (_, index) => `2026-11-${String(index + 1).padStart(2, '0')}`).flatMap(
    (day) => [
      { day, server: 'search', service: 'Amazon Elastic Container Service', usd: 60 },
      { day, server: 'gone', service: 'Amazon Elastic Container Service', usd: 0.0001 },
    ],
  )
  const costs = fleetCosts({
    months: recordBilled([], billed, { from: '2026-11-01', to: '2026-11-22' }),
    servers: [aServer(), aServer({ deployment: 'files', task: undefined })],
    look: {
      at: '2026-11-21T07:20:00.000Z',
      fetchedAt: '2026-11-21T01:20:00.000Z',
      requests: 1,
      fleet: 'demo',
      tag: 'fleetwatch:server',
      pricing: { region: 'us-east-1' },
      budgets: [{ name: 'all', amount: 1500, period: 'monthly' }],
    },
    now,
  })
  expect(formatCosts(costs, now, wide, { all: false })).toMatchInlineSnapshot(`
    "SERVER  NOVEMBER 2026 SO FAR   FORECAST   A DAY  2026-11-20  FROM
    search             $1,260.00  $1,800.00  $60.00     $60.00*  Cost Explorer
    gone                  <$0.01     <$0.01  <$0.01     <$0.01*  Cost Explorer, no longer in the fleet
    files                      –          –       –           –  no figures
    all                $1,260.00  $1,800.00              $60.00

    BUDGET  OF            AMOUNT      SPENT  USED  FORECAST  STATE
    all     the fleet  $1,500.00  $1,260.00  84 %     120 %  forecast to exceed

    Note: No estimate for files: its task definition is not known yet.
    Note: 2026-11-20 is provisional: AWS completes a day's figures up to 24 h after its end.
    Cost Explorer asked 6 h ago, tasks counted 40 min ago."
  `)
})

test('discover', () => {
  const server = aServer({ labels: { team: 'web' } })
  expect(formatServers([server], wide)).toMatchInlineSnapshot(`
    "SERVER  CLUSTER  SERVICE  ENDPOINT                        FROM  LABELS
    search  mcp      search   https://search.example.com/mcp  tag   team=web"
  `)
  const decisions = [
    { cluster: 'mcp', service: 'billing', kept: false, why: 'no tag fleetwatch:enabled' },
    { cluster: 'mcp', service: 'search', kept: true, why: 'tag fleetwatch:enabled is true', server },
  ]
  expect(formatDecisions(decisions, wide)).toMatchInlineSnapshot(`
    "          CLUSTER  SERVICE  ENDPOINT                        WHY
    watched   mcp      search   https://search.example.com/mcp  tag fleetwatch:enabled is true
    left out  mcp      billing  –                               no tag fleetwatch:enabled

    1 of 2 services are watched."
  `)
})
