import type { ProbeSettingsInput } from '../model/probe-settings.ts'
import { expressionFault } from './canary/check-expectation.ts'
import { isAddressBlock } from './guard.ts'

/** What a schema cannot see; `path` leads from `probe:` to the place, for line and column. */
export interface SettingsFault {
  path: (string | number)[]
  message: string
}

/** Checks the expressions and names in `probe:`, so that a mistake stops the deploy instead of failing every poll. */
export function checkProbeSettings(settings: ProbeSettingsInput): SettingsFault[] {
  return [
    ...checkTimeout(settings),
    ...checkCanaries(settings),
    ...checkHeaders(settings),
    ...checkPlaces(settings),
    ...checkAddresses(settings),
  ]
}

/** Two attempts (the second with a freshly read credential) must fit into the 40 s that a poll has for its probes. */
const LONGEST_TIMEOUT_MS = 15_000

function checkTimeout({ timeout }: ProbeSettingsInput): SettingsFault[] {
  if (timeout === undefined || (timeout > 0 && timeout <= LONGEST_TIMEOUT_MS)) return []
  return [{ path: ['timeout'], message: 'expected a timeout of more than 0s and at most 15s' }]
}

function checkCanaries({ canaries = [] }: ProbeSettingsInput): SettingsFault[] {
  const names = canaries.map((canary) => canary.name ?? canary.tool)
  return canaries.flatMap((canary, index) => {
    const path = ['canaries', index]
    const faults = (canary.expect ?? []).flatMap((expectation, position) => {
      const message = expressionFault(expectation)
      return message ? { path: [...path, 'expect', position], message } : []
    })
    const name = names[index] ?? ''
    const isTaken = names.indexOf(name) < index
    const taken = { path, message: `a second canary is called "${name}"; give it a name of its own` }
    return isTaken ? [taken, ...faults] : faults
  })
}

function checkHeaders({ auth }: ProbeSettingsInput): SettingsFault[] {
  if (auth?.type !== 'headers') return []
  return Object.keys(auth.headers)
    .filter((name) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name))
    .map((name) => ({ path: ['auth', 'headers', name], message: `"${name}" is no name of an HTTP header` }))
}

function checkPlaces({ health_urls: urls = [], scrape }: ProbeSettingsInput): SettingsFault[] {
  const places: [path: SettingsFault['path'], place: string][] = urls.map((entry, index) => [
    ['health_urls', index],
    typeof entry === 'string' ? entry : entry.url,
  ])
  if (scrape && scrape.url !== undefined) places.push([['scrape', 'url'], scrape.url])
  return places.flatMap(([path, place]) => {
    const port = /^:(\d+)/.exec(place)?.[1]
    if (port === undefined) {
      return place.startsWith('/') || URL.canParse(place) ? [] : { path, message: `"${place}" is no URL` }
    }
    if (Number(port) >= 1 && Number(port) <= 65_535) return []
    return { path, message: `expected a port from 1 to 65535, got ${port}` }
  })
}

function checkAddresses({ allow_addresses: blocks = [] }: ProbeSettingsInput): SettingsFault[] {
  return blocks.flatMap((block, index) => {
    if (isAddressBlock(block)) return []
    const message = `"${block}" is neither an IP address nor a CIDR block such as 10.0.0.0/8`
    return { path: ['allow_addresses', index], message }
  })
}
