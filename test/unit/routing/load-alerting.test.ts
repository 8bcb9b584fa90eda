import { expect, test } from 'vitest'
import { formatProblem } from '../../../lib/model/problem.ts'
import { loadAlerting } from '../../../lib/routing/load-alerting.ts'

const ROUTE = `route:
  receiver: team
  group_by: ['...']
`
const RECEIVERS = `receivers:
  - name: team
`

function load(text: string) {
  const { alerting, problems } = loadAlerting({ path: 'am.yml', text })
  return { alerting, lines: problems.map(formatProblem) }
}

/** A file that is right but for what is put in as the receiver's settings from line 5 on. */
const withReceiver = (settings: string) => `${ROUTE}${RECEIVERS}${settings}`

test('reads everything fleetwatch honours, with defaults and inherited receivers filled in', () => {
  const { alerting, lines } = load(`
global:
  slack_api_url: secretsmanager:fleetwatch/slack
  smtp_from: Fleetwatch <fleetwatch@example.com>
  pagerduty_url: http://127.0.0.1:9001/v2/enqueue
route:
  receiver: team
  group_by: ['...']
  routes:
    - match: { severity: critical }
      match_re: { team: api|web }
      matchers: ['env!=dev']
      receiver: pager
      continue: true
      routes:
        - matchers: ['{a="b"}']
receivers:
  - name: nobody
  - name: team
    slack_configs:
      - channel: '#mcp-alerts'
        send_resolved: true
    email_configs:
      - to: a@example.com, B <b@example.com>
  - name: pager
    pagerduty_configs:
      - routing_key_file: ssm:/fleetwatch/pagerduty
        severity: critical
    webhook_configs:
      - url: https://example.com/hook
        timeout: 5s
      - url_file: secretsmanager:fleetwatch/hook#url
        send_resolved: false
inhibit_rules: []
templates: []
`)
  expect(lines).toEqual([])
  expect(alerting).toEqual({
    route: {
      receiver: 'team',
      matchers: [],
      continue: false,
      routes: [
        {
          receiver: 'pager',
          matchers: [
            { name: 'severity', operator: '=', value: 'critical' },
            { name: 'team', operator: '=~', value: '^(?:api|web)$' },
            { name: 'env', operator: '!=', value: 'dev' },
          ],
          continue: true,
          routes: [
            {
              receiver: 'pager',
              matchers: [{ name: 'a', operator: '=', value: 'b' }],
              continue: false,
              routes: [],
            },
          ],
        },
      ],
    },
    receivers: [
      { name: 'nobody', slack: [], pagerduty: [], email: [], webhook: [] },
      {
        name: 'team',
        slack: [{ sendResolved: true, apiUrl: 'secretsmanager:fleetwatch/slack', channel: '#mcp-alerts' }],
        pagerduty: [],
        email: [
          {
            sendResolved: false,
            to: ['a@example.com', 'B <b@example.com>'],
            from: 'Fleetwatch <fleetwatch@example.com>',
          },
        ],
        webhook: [],
      },
      {
        name: 'pager',
        slack: [],
        pagerduty: [
          {
            sendResolved: true,
            routingKey: 'ssm:/fleetwatch/pagerduty',
            url: 'http://127.0.0.1:9001/v2/enqueue',
            severity: 'critical',
          },
        ],
        email: [],
        webhook: [
          { sendResolved: true, url: 'https://example.com/hook', timeoutMs: 5000 },
          { sendResolved: false, url: 'secretsmanager:fleetwatch/hook#url', timeoutMs: 10_000 },
        ],
      },
    ],
  })
  expect(JSON.parse(JSON.stringify(alerting))).toEqual(alerting)
})

test('warns of resolve_timeout, which does nothing', () => {
  const { alerting, lines } = load(`global:\n  resolve_timeout: 5m\n${ROUTE}${RECEIVERS}`)
  expect(alerting).toBeDefined()
  expect(lines).toEqual([
    'am.yml:2:3: warning: resolve_timeout does nothing: fleetwatch itself decides when an alert is resolved',
  ])
})

test.for<{ name: string; text: string; line: string }>([
  { name: 'an empty file', text: '', line: 'am.yml:1:1: route: missing; write one with a receiver' },
  {
    name: 'no group_by',
    text: `route:\n  receiver: team\n${RECEIVERS}`,
    line: 'am.yml:1:1: group_by: missing; write group_by',
  },
  {
    name: 'grouping',
    text: `route:\n  receiver: team\n  group_by: [alertname, cluster]\n${RECEIVERS}`,
    line: "am.yml:3:3: group_by: grouping is not supported yet; write group_by: ['...']",
  },
  {
    name: 'a child that resets grouping',
    text: `${ROUTE}  routes:\n    - group_by: []\n${RECEIVERS}`,
    line: 'am.yml:5:7: group_by: grouping is not supported yet',
  },
  {
    name: 'the wildcard and a label',
    text: `route:\n  receiver: team\n  group_by: ['...', alertname]\n${RECEIVERS}`,
    line: 'am.yml:3:3: group_by: grouping is not supported yet',
  },
  {
    name: 'group_wait',
    text: `${ROUTE}  group_wait: 10s\n${RECEIVERS}`,
    line: 'am.yml:4:3: route.group_wait: not supported yet',
  },
  {
    name: 'group_wait in a child',
    text: `${ROUTE}  routes:\n    - repeat_interval: 1h\n${RECEIVERS}`,
    line: 'am.yml:5:7: route.routes.0.repeat_interval: not supported yet',
  },
  {
    name: 'mute_time_intervals',
    text: `${ROUTE}  mute_time_intervals: [night]\n${RECEIVERS}`,
    line: 'am.yml:4:3: route.mute_time_intervals: not supported yet',
  },
  {
    name: 'inhibit_rules',
    text: `${ROUTE}${RECEIVERS}inhibit_rules:\n  - source_match: {a: b}\n`,
    line: 'am.yml:6:1: inhibit_rules: not supported yet: no alert mutes another',
  },
  {
    name: 'a root with matchers',
    text: `${ROUTE}  matchers: [a=b]\n${RECEIVERS}`,
    line: 'am.yml:4:3: the root route takes every alert, so it must not have matchers',
  },
  { name: 'a root with continue', text: `${ROUTE}  continue: true\n${RECEIVERS}`, line: 'am.yml:4:3: the root route' },
  {
    name: 'a root without receiver',
    text: `route:\n  group_by: ['...']\n${RECEIVERS}`,
    line: 'am.yml:1:1: receiver: missing; the root route needs one',
  },
  {
    name: 'an unknown receiver',
    text: `${ROUTE}  routes:\n    - receiver: tem\n${RECEIVERS}`,
    line: 'am.yml:5:7: receiver "tem" is not defined; did you mean "team"?',
  },
  { name: 'no receivers', text: ROUTE, line: 'am.yml:2:3: receiver "team" is not defined' },
  {
    name: 'a receiver twice',
    text: `${ROUTE}${RECEIVERS}  - name: team\n`,
    line: 'am.yml:6:5: receiver "team" is defined twice; names must be unique',
  },
  {
    name: 'a receiver without name',
    text: `${ROUTE}receivers:\n  - name: ''\n`,
    line: 'am.yml:5:5: receivers.0.name: the receiver needs a name',
  },
  {
    name: 'a bad matcher',
    text: `${ROUTE}  routes:\n    - matchers:\n        - a=~"("\n${RECEIVERS}`,
    line: 'am.yml:6:11: the matcher "a=~\\"(\\"" cannot be read: ',
  },
  {
    name: 'a bad pattern',
    text: `${ROUTE}  routes:\n    - match_re: { team: "a[" }\n${RECEIVERS}`,
    line: 'am.yml:5:19: team: ',
  },
  {
    name: 'a label name that is none',
    text: `${ROUTE}  routes:\n    - match: { "a-b": c }\n${RECEIVERS}`,
    line: 'am.yml:5:16: route.routes.0.match.a-b: is no label name',
  },
  {
    name: 'an unknown key',
    text: `${ROUTE}  continu: true\n${RECEIVERS}`,
    line: 'am.yml:4:3: unknown key "continu"; did you mean "continue"?',
  },
  {
    name: 'a secret in the file',
    text: withReceiver('    slack_configs:\n      - api_url: https://hooks.slack.com/services/T/B/X\n'),
    line: 'am.yml:7:9: receivers.0.slack_configs.0.api_url: expected a reference such as secretsmanager:fleetwatch/slack',
  },
  {
    name: 'no Slack URL at all',
    text: withReceiver('    slack_configs:\n      - send_resolved: true\n'),
    line: 'am.yml:7:9: api_url: missing; name the secret',
  },
  {
    name: 'both spellings of a secret',
    text: withReceiver('    slack_configs:\n      - api_url: ssm:/a\n        api_url_file: ssm:/b\n'),
    line: 'am.yml:7:9: api_url and api_url_file: give only one of them',
  },
  {
    name: 'a template',
    text: withReceiver("    slack_configs:\n      - api_url: ssm:/a\n        channel: '#{{ .GroupLabels.team }}'\n"),
    line: 'am.yml:8:9: receivers.0.slack_configs.0.channel: templates in the alerting file are not supported yet',
  },
  {
    name: 'a message of the user’s own',
    text: withReceiver('    slack_configs:\n      - api_url: ssm:/a\n        title: x\n'),
    line: 'am.yml:8:9: receivers.0.slack_configs.0.title: not supported yet: fleetwatch writes the messages itself',
  },
  {
    name: 'a PagerDuty key of the old API',
    text: withReceiver('    pagerduty_configs:\n      - service_key: ssm:/a\n'),
    line: 'am.yml:7:9: receivers.0.pagerduty_configs.0.service_key: not supported: fleetwatch speaks Events API v2',
  },
  {
    name: 'no PagerDuty key',
    text: withReceiver('    pagerduty_configs:\n      - severity: error\n'),
    line: 'am.yml:7:9: routing_key: missing',
  },
  {
    name: 'an SMTP server',
    text: `global:\n  smtp_smarthost: smtp.example.com:587\n${ROUTE}${RECEIVERS}`,
    line: 'am.yml:2:3: global.smtp_smarthost: fleetwatch sends through SES',
  },
  {
    name: 'no sender',
    text: withReceiver('    email_configs:\n      - to: a@example.com\n'),
    line: 'am.yml:7:9: from: missing; give it here or as global.smtp_from',
  },
  {
    name: 'no address',
    text: withReceiver('    email_configs:\n      - to: a@example.com, nobody\n        from: x@example.com\n'),
    line: 'am.yml:7:9: "nobody" is not an e-mail address',
  },
  {
    name: 'a webhook that is no URL',
    text: withReceiver('    webhook_configs:\n      - url: ftp://example.com\n'),
    line: 'am.yml:7:9: receivers.0.webhook_configs.0.url: expected an http or https URL',
  },
  {
    name: 'a password in a URL',
    text: withReceiver('    webhook_configs:\n      - url: https://me:pw@example.com\n'),
    line: 'am.yml:7:9: url: holds a user name or password',
  },
  {
    name: 'a webhook that may take for ever',
    text: withReceiver('    webhook_configs:\n      - url: https://example.com\n        timeout: 21s\n'),
    line: 'am.yml:8:9: timeout: at most 20s',
  },
  {
    name: 'a channel fleetwatch has not',
    text: withReceiver('    opsgenie_configs:\n      - api_key: x\n'),
    line: 'am.yml:6:5: receivers.0.opsgenie_configs: not supported: fleetwatch sends to Slack, PagerDuty, email and webhooks',
  },
])('refuses $name', ({ text, line }) => {
  const { alerting, lines } = load(text)
  expect(alerting).toBeUndefined()
  expect(lines[0]?.slice(0, line.length)).toBe(line)
})

test('no message holds the secret that was written into the file', () => {
  const { lines } = load(withReceiver('    slack_configs:\n      - api_url: https://hooks.slack.com/services/T/B/X\n'))
  expect(lines.join('\n')).not.toContain('hooks.slack.com')
})
