import type {
  CanarySettings,
  HealthUrlSettings,
  ProbeSettings,
  ProbeSettingsInput,
  ScrapeSettings,
} from '../model/probe-settings.ts'

const DEFAULT_ALLOW = ['mcp_*', 'process_resident_memory_bytes']

/**
 * The settings one server is probed with: its own keys win over the fleet's, what neither says has its default. `scrape`
 * and `drift` merge key by key (`scrape: false` switches a fleet-wide scrape off); lists and `auth` are replaced whole.
 */
export function resolveProbeSettings(fleet: ProbeSettingsInput, server: ProbeSettingsInput = {}): ProbeSettings {
  const merged = { ...fleet, ...withoutUndefined(server) }
  const scrape = resolveScrape(fleet.scrape, server.scrape)
  const drift = { ...fleet.drift, ...withoutUndefined(server.drift ?? {}) }
  return {
    timeoutMs: merged.timeout ?? 10_000,
    ...(merged.host !== undefined && { host: merged.host }),
    era: merged.era ?? 'auto',
    auth: merged.auth ?? { type: 'none' },
    allowAddresses: merged.allow_addresses ?? [],
    ...(scrape && { scrape }),
    canaries: (merged.canaries ?? []).map(resolveCanary),
    drift: {
      enabled: drift.enabled ?? true,
      confirmations: drift.confirmations ?? 2,
      ignore: drift.ignore ?? [],
    },
    healthUrls: (merged.health_urls ?? []).map(resolveHealthUrl),
  }
}

function resolveScrape(
  fleet: ProbeSettingsInput['scrape'],
  server: ProbeSettingsInput['scrape'],
): ScrapeSettings | undefined {
  if (server === false || (!server && !fleet)) return undefined
  const merged = { ...(fleet || {}), ...withoutUndefined(server ?? {}) }
  return {
    url: merged.url ?? '/metrics',
    timeoutMs: merged.timeout ?? 5_000,
    allow: merged.allow ?? DEFAULT_ALLOW,
    maxSeries: merged.max_series ?? 500,
    honorLabels: merged.honor_labels ?? false,
    sendAuth: merged.send_auth ?? false,
  }
}

function resolveCanary(input: NonNullable<ProbeSettingsInput['canaries']>[number]): CanarySettings {
  return {
    name: input.name ?? input.tool,
    tool: input.tool,
    arguments: input.arguments ?? {},
    everyMs: input.every ?? 300_000,
    timeoutMs: input.timeout ?? 10_000,
    ...(input.latency_below !== undefined && { latencyBelowMs: input.latency_below }),
    expect: input.expect ?? [],
    allowSideEffects: input.allow_side_effects ?? false,
  }
}

function resolveHealthUrl(input: NonNullable<ProbeSettingsInput['health_urls']>[number]): HealthUrlSettings {
  const given = typeof input === 'string' ? { url: input } : input
  return {
    name: given.name ?? nameOf(given.url),
    url: given.url,
    timeoutMs: given.timeout ?? 5_000,
    ignore: given.ignore ?? [],
    sendAuth: given.send_auth ?? false,
  }
}

/** The path, which is how people call it; the query may hold anything and stays out of labels. */
function nameOf(place: string): string {
  const path = place.startsWith('http') ? new URL(place).pathname : place
  return path.split(/[?#]/)[0] ?? path
}

/** A key that is there but undefined must not hide the fleet's value. */
function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T
}
