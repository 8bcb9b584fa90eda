import { readYaml, type YamlFile } from '../config/read-yaml.ts'
import { didYouMean } from '../config/suggest.ts'
import type { Alerting, Matcher, Receiver, Route } from '../model/alerting.ts'
import { hasErrors, type Problem } from '../model/problem.ts'
import { AlertmanagerYaml, type GlobalYaml, type ReceiverYaml, type RouteYaml } from './alertmanager-yaml.ts'
import { parseMatchers, patternFault } from './matchers.ts'

const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue'
const WEBHOOK_TIMEOUT_MS = 10_000
/** Two attempts (a secret may have to be read anew) must fit into the function's minute. */
const LONGEST_WEBHOOK_TIMEOUT_MS = 20_000
const EMAIL_ADDRESS = /^(?:[^<>@]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/

type Path = PropertyKey[]
type Report = (path: Path, message: string) => void

/**
 * Reads an alertmanager.yml. Whatever Alertmanager would refuse, and whatever fleetwatch does not do, is a problem with
 * line and column; `alerting` is there only when no error is.
 */
export function loadAlerting(file: { path: string; text: string }): { alerting?: Alerting; problems: Problem[] } {
  const yaml = readYaml(file.path, file.text, AlertmanagerYaml)
  if (!yaml.value) return { problems: yaml.problems }
  const problems: Problem[] = warningsOf(yaml.value, yaml)
  const report: Report = (path, message) => problems.push(yaml.problemAt(path, message))
  const receivers = readReceivers(yaml.value, report)
  const route = readRootRoute(yaml.value, report)
  if (!route || hasErrors(problems)) return { problems }
  return { alerting: { route, receivers }, problems }
}

function warningsOf(value: AlertmanagerYaml, yaml: YamlFile<unknown>): Problem[] {
  if (value.global?.resolve_timeout === undefined) return []
  const message = 'resolve_timeout does nothing: fleetwatch itself decides when an alert is resolved'
  return [yaml.problemAt(['global', 'resolve_timeout'], message, 'warning')]
}

function readRootRoute(value: AlertmanagerYaml, report: Report): Route | undefined {
  const root = value.route
  if (!root) {
    report([], 'route: missing; write one with a receiver that gets whatever no child route takes')
    return undefined
  }
  for (const key of ['match', 'match_re', 'matchers', 'continue'] as const) {
    if (root[key] !== undefined) report(['route', key], `the root route takes every alert, so it must not have ${key}`)
  }
  if (!root.group_by) report(['route'], `group_by: missing; ${GROUP_BY}`)
  if (root.receiver === undefined) {
    report(['route'], 'receiver: missing; the root route needs one, it gets whatever no child route takes')
    return undefined
  }
  const names = (value.receivers ?? []).map((receiver) => receiver.name)
  return readRoute({ yaml: root, path: ['route'], receiver: root.receiver, names, report })
}

const GROUP_BY =
  "write group_by: ['...'], which is what fleetwatch does now: one notification per alert change, without grouping"

interface RouteInput {
  yaml: RouteYaml
  path: Path
  /** The receiver of the parent, for a route that names none. */
  receiver: string
  names: string[]
  report: Report
}

function readRoute({ yaml, path, receiver: inherited, names, report }: RouteInput): Route {
  const receiver = yaml.receiver ?? inherited
  if (yaml.receiver !== undefined && !names.includes(yaml.receiver)) {
    report([...path, 'receiver'], `receiver "${yaml.receiver}" is not defined${didYouMean(yaml.receiver, names)}`)
  }
  if (yaml.group_by && !(yaml.group_by.length === 1 && yaml.group_by[0] === '...')) {
    report([...path, 'group_by'], `group_by: grouping is not supported yet; ${GROUP_BY}`)
  }
  return {
    receiver,
    matchers: readMatchers(yaml, path, report),
    continue: yaml.continue ?? false,
    routes: (yaml.routes ?? []).map((child, index) =>
      readRoute({ yaml: child, path: [...path, 'routes', index], receiver, names, report }),
    ),
  }
}

function readMatchers(yaml: RouteYaml, path: Path, report: Report): Matcher[] {
  const equal = Object.entries(yaml.match ?? {}).map(([name, value]) => ({ name, operator: '=' as const, value }))
  const patterns = Object.entries(yaml.match_re ?? {}).map(([name, value]) => {
    const fault = patternFault(value)
    if (fault) report([...path, 'match_re', name], `${name}: ${fault}`)
    return { name, operator: '=~' as const, value: `^(?:${value})$` }
  })
  const modern = (yaml.matchers ?? []).flatMap((text, index) => {
    const parsed = parseMatchers(text)
    if (parsed.ok) return parsed.matchers
    report([...path, 'matchers', index], parsed.message)
    return []
  })
  return [...equal, ...patterns, ...modern]
}

function readReceivers(value: AlertmanagerYaml, report: Report): Receiver[] {
  const global = value.global ?? {}
  const seen = new Set<string>()
  return (value.receivers ?? []).map((receiver, index) => {
    const path = ['receivers', index]
    if (seen.has(receiver.name)) {
      report([...path, 'name'], `receiver "${receiver.name}" is defined twice; names must be unique`)
    }
    seen.add(receiver.name)
    return readReceiver(receiver, global, path, report)
  })
}

function readReceiver(yaml: ReceiverYaml, global: GlobalYaml, path: Path, report: Report): Receiver {
  /** The one of the two spellings that is set; both at once is an error, as in Alertmanager. */
  const either = <T>(at: Path, key: string, value: T | undefined, fromFile: T | undefined): T | undefined => {
    if (value !== undefined && fromFile !== undefined)
      report([...at, key], `${key} and ${key}_file: give only one of them`)
    return value ?? fromFile
  }
  const globalSlackUrl = global.slack_api_url ?? global.slack_api_url_file
  return {
    name: yaml.name,
    slack: (yaml.slack_configs ?? []).map((config, index) => {
      const at = [...path, 'slack_configs', index]
      const apiUrl = either(at, 'api_url', config.api_url, config.api_url_file) ?? globalSlackUrl
      if (!apiUrl) report(at, 'api_url: missing; name the secret with the webhook URL here or in global.slack_api_url')
      const channel = config.channel === undefined ? {} : { channel: config.channel }
      return { sendResolved: config.send_resolved, apiUrl: apiUrl ?? '', ...channel }
    }),
    pagerduty: (yaml.pagerduty_configs ?? []).map((config, index) => {
      const at = [...path, 'pagerduty_configs', index]
      const routingKey = either(at, 'routing_key', config.routing_key, config.routing_key_file)
      if (!routingKey) report(at, 'routing_key: missing; name the secret with the key of an Events API v2 integration')
      const url = config.url ?? global.pagerduty_url ?? PAGERDUTY_URL
      const severity = config.severity === undefined ? {} : { severity: config.severity }
      return { sendResolved: config.send_resolved, routingKey: routingKey ?? '', url, ...severity }
    }),
    email: (yaml.email_configs ?? []).map((config, index) => {
      const at = [...path, 'email_configs', index]
      const from = config.from ?? global.smtp_from
      if (!from) report(at, 'from: missing; give it here or as global.smtp_from (an address SES may send from)')
      const to = config.to.split(',').map((address) => address.trim())
      for (const address of [...to, ...(from ? [from] : [])]) {
        if (!EMAIL_ADDRESS.test(address)) report([...at, 'to'], `"${address}" is not an e-mail address`)
      }
      if (to.length > 50) report([...at, 'to'], `${to.length} addresses; SES takes at most 50 per message`)
      return { sendResolved: config.send_resolved, to, from: from ?? '' }
    }),
    webhook: (yaml.webhook_configs ?? []).map((config, index) => {
      const at = [...path, 'webhook_configs', index]
      const url = either(at, 'url', config.url, config.url_file)
      if (!url)
        report(at, 'url: missing; give an http or https URL, or in url_file a reference to a secret that holds it')
      if (url && hasCredentials(url)) {
        report(
          [...at, 'url'],
          'url: holds a user name or password; put the whole URL in a secret and name that in url_file',
        )
      }
      if ((config.timeout ?? 0) > LONGEST_WEBHOOK_TIMEOUT_MS) report([...at, 'timeout'], 'timeout: at most 20s')
      // Alertmanager takes 0 for "no timeout"; a Lambda cannot wait for ever.
      return { sendResolved: config.send_resolved, url: url ?? '', timeoutMs: config.timeout || WEBHOOK_TIMEOUT_MS }
    }),
  }
}

function hasCredentials(url: string): boolean {
  if (!/^https?:/.test(url)) return false
  const { username, password } = new URL(url)
  return username !== '' || password !== ''
}
