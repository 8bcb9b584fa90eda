import type { ProbeSettingsInput } from '../model/probe-settings.ts'
import { expressionFault } from './canary/check-expectation.ts'

/** What a schema cannot see; `path` leads from `probe:` to the place, for line and column. */
export interface SettingsFault {
  path: (string | number)[]
  message: string
}

/** Checks the expressions and names in `probe:`, so that a mistake stops the deploy instead of failing every poll. */
export function checkProbeSettings(settings: ProbeSettingsInput): SettingsFault[] {
  return [...checkCanaries(settings), ...checkHeaders(settings), ...checkHealthUrls(settings)]
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

function checkHealthUrls({ health_urls: urls = [] }: ProbeSettingsInput): SettingsFault[] {
  const places = urls.map((entry) => (typeof entry === 'string' ? entry : entry.url))
  return places.flatMap((place, index) => {
    const port = /^:(\d+)/.exec(place)?.[1]
    if (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535)) return []
    return { path: ['health_urls', index], message: `expected a port from 1 to 65535, got ${port}` }
  })
}
