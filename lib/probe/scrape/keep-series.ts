import picomatch from 'picomatch'
import { METRICS } from '../../metrics/names.ts'
import type { ScrapeSettings } from '../../model/probe-settings.ts'
import type { Labels, Sample } from '../../model/sample.ts'
import { type ExposedSample, groupOf } from './parse-exposition.ts'

/** Prometheus looks back this far; a value the server itself calls older is no longer one. */
const LOOKBACK_MS = 300_000
const MAX_LABELS = 30
/** So many times the limit is looked at for groups that fit; what comes later is only counted. */
const LOOKED_AT = 4
const MAX_VALUE_LENGTH = 512

/** Why samples that the allow-list asked for were left out. */
export const DROP_REASONS = ['over_limit', 'reserved', 'duplicate', 'stale', 'too_long'] as const
export type DropReason = (typeof DROP_REASONS)[number]

export interface KeptSeries {
  samples: Sample[]
  dropped: Record<DropReason, number>
}

/** Names that fleetwatch itself speaks for: a server must not be able to report its own verdict. */
const RESERVED: ReadonlySet<string> = new Set(
  Object.entries(METRICS).flatMap(([name, metric]) => (metric.from === 'server' ? [] : namesOf(name, metric.type))),
)

/**
 * Turns what a server exposes into its series: what the allow-list names, under the target's labels, up to
 * `maxSeries`. The limit takes whole groups in the order of the answer, so that no histogram loses some of its buckets.
 * Label conflicts end as in Prometheus: `exported_…`, or the server's own with `honorLabels`.
 */
export function keepSeries(
  exposed: readonly ExposedSample[],
  settings: Pick<ScrapeSettings, 'allow' | 'maxSeries' | 'honorLabels'>,
  target: Labels,
  nowMs: number,
): KeptSeries {
  const dropped = Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<DropReason, number>
  const isAllowed = memoized(picomatch(settings.allow))
  const seen = new Set<string>()
  const groups = new Map<string, Sample[]>()
  for (const sample of exposed) {
    if (!isAllowed(sample.name)) continue
    if (seen.size >= LOOKED_AT * settings.maxSeries) {
      // A group whose rest lies beyond is not whole, so what was begun of it must not be kept either.
      const key = groupOf(sample)
      dropped.over_limit += 1 + (groups.get(key)?.length ?? 0)
      groups.delete(key)
      continue
    }
    const labels = labelsOf(sample, target, settings.honorLabels)
    const identity = identityOf(labels)
    const refusal = refuse(sample, nowMs) ?? (seen.has(identity) ? 'duplicate' : undefined)
    if (refusal) {
      dropped[refusal]++
      continue
    }
    seen.add(identity)
    const key = groupOf(sample)
    const group = groups.get(key)
    const kept = { labels, value: sample.value }
    if (group) group.push(kept)
    else groups.set(key, [kept])
  }
  const samples: Sample[] = []
  for (const group of groups.values()) {
    if (samples.length + group.length <= settings.maxSeries) samples.push(...group)
    else dropped.over_limit += group.length
  }
  return { samples, dropped }
}

function refuse(sample: ExposedSample, nowMs: number): DropReason | undefined {
  if (RESERVED.has(sample.name) || sample.name.startsWith('fleetwatch_')) return 'reserved'
  if (sample.timestampMs !== undefined && nowMs - sample.timestampMs > LOOKBACK_MS) return 'stale'
  const values = Object.values(sample.labels)
  return values.length > MAX_LABELS || values.some((value) => value.length > MAX_VALUE_LENGTH) ? 'too_long' : undefined
}

/** Labels with an empty value are the same as none, but with `honorLabels` they still keep the target's out. */
function labelsOf(sample: ExposedSample, target: Labels, honorLabels: boolean): Labels {
  const merged: Record<string, string> = { ...sample.labels }
  for (const [label, value] of Object.entries(target)) {
    const own = sample.labels[label]
    if (honorLabels && own !== undefined) continue
    if (own) {
      let exported = `exported_${label}`
      while (exported in merged || exported in target) exported = `exported_${exported}`
      merged[exported] = own
    }
    merged[label] = value
  }
  const present = Object.entries(merged).filter(([, value]) => value !== '')
  return { __name__: sample.name, ...Object.fromEntries(present) }
}

function identityOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function namesOf(name: string, type: string): string[] {
  return type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
}

function memoized(test: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>()
  return (name) => {
    const answer = known.get(name) ?? test(name)
    known.set(name, answer)
    return answer
  }
}
