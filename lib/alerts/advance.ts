import type { Alert, AlertChange } from '../model/alert.ts'
import type { RuleGroup } from '../model/rule.ts'
import type { ActiveAlert, Evaluation } from '../rules/evaluation.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Owner, ownerIndex } from './rules-of-alert.ts'

/** How long a resolved alert stays in the table, as long as in Prometheus. */
export const RESOLVED_RETENTION_MS = 15 * 60_000

/**
 * Longest time between two evaluations that counts towards `for`: PromQL's look-back. Nobody knows whether a condition
 * held in a longer gap, so the gap is taken out of the waiting time, as Prometheus does after a restart.
 */
export const UNWATCHED_AFTER_MS = 5 * 60_000

/** How an evaluation's time is understood, and how often it is written down. */
export interface Timing {
  /** Longer gaps between evaluations do not count towards `for`. */
  unwatchedAfterMs: number
  /** Value, annotations and time of the last evaluation are written again after this time, not at each evaluation. */
  rewriteAfterMs: number
}

const LIVE: Timing = { unwatchedAfterMs: UNWATCHED_AFTER_MS, rewriteAfterMs: 55_000 }

/** One process that holds everything and evaluates when it should, as promtool does. */
export const UNINTERRUPTED: Timing = { unwatchedAfterMs: Number.POSITIVE_INFINITY, rewriteAfterMs: 0 }

/**
 * Decides what one evaluation does to the alerts of the table, with Prometheus' timing: pending at first sight, firing
 * when the condition has held for `for` (inclusive), resolved when it ends or `keep_firing_for` after. `now` is the
 * clock when the evaluation began, never the time of a request, so that a request that comes again is a new evaluation.
 * The same evaluation twice, and one that is older than what is stored, changes nothing; a rule that failed leaves its
 * alerts as they are; a rule that is gone resolves them with that reason.
 */
export function advanceAlerts(
  known: readonly Alert[],
  evaluation: Pick<Evaluation, 'active' | 'failures'>,
  groups: readonly RuleGroup[],
  now: Date,
  timing: Timing = LIVE,
): AlertChange[] {
  if (isOlderThanStored(known, now)) return []
  const active = new Map<string, ActiveAlert>()
  for (const one of evaluation.active) {
    const fingerprint = fingerprintOf(one.labels)
    if (!active.has(fingerprint)) active.set(fingerprint, one)
  }
  const ownersOf = ownerIndex(groups)
  const failed = new Set(evaluation.failures.map(({ group, rule }) => keyOf(group, rule)))
  const changes = known.flatMap((stored) => {
    const seen = active.get(stored.fingerprint)
    active.delete(stored.fingerprint)
    if (seen) return stored.state === 'resolved' ? begin(seen, stored, now) : goOn(stored, seen, now, timing)
    if (stored.state === 'resolved') return forget(stored, now)
    const owners = ownersOf(stored)
    if (owners.some(({ group, rule }) => failed.has(keyOf(group.name, rule.name)))) return []
    return end(stored, owners, now, timing)
  })
  return [...changes, ...[...active.values()].flatMap((one) => begin(one, undefined, now))]
}

/** A replayed or overtaken evaluation. A step back by more than a look-back is a corrected clock, and evaluation goes on. */
function isOlderThanStored(known: readonly Alert[], now: Date): boolean {
  const newest = known.reduce((latest, { lastEvaluatedAt }) => Math.max(latest, Date.parse(lastEvaluatedAt)), 0)
  const behindMs = newest - now.getTime()
  return behindMs > 0 && behindMs <= UNWATCHED_AFTER_MS
}

const keyOf = (group: string, rule: string) => JSON.stringify([group, rule])

/** A condition that was not true before, or whose last alert is over. */
function begin(seen: ActiveAlert, previous: Alert | undefined, now: Date): AlertChange[] {
  const at = now.toISOString()
  const fires = seen.forMs <= 0
  const alert: Alert = {
    fingerprint: previous?.fingerprint ?? fingerprintOf(seen.labels),
    group: seen.group,
    rule: seen.rule,
    state: fires ? 'firing' : 'pending',
    labels: { ...seen.labels },
    annotations: { ...seen.annotations },
    value: formatValue(seen.value),
    activeAt: at,
    ...(fires ? { firedAt: at } : {}),
    lastEvaluatedAt: at,
    told: [],
    version: (previous?.version ?? 0) + 1,
  }
  return [{ alert, ...(previous ? { previous } : {}), ...(fires ? { event: 'firing' as const } : {}) }]
}

/** A condition that still holds. */
function goOn(previous: Alert, seen: ActiveAlert, now: Date, timing: Timing): AlertChange[] {
  const { alert: watched, shifted } = withoutUnwatchedTime(previous, now, timing)
  const { keepFiringSince, ...rest } = watched
  const fires = rest.state === 'pending' && now.getTime() - Date.parse(rest.activeAt) >= seen.forMs
  if (!fires && !shifted && !keepFiringSince && !isDue(previous, now, timing)) return []
  const at = now.toISOString()
  const alert: Alert = {
    ...rest,
    group: seen.group,
    annotations: { ...seen.annotations },
    value: formatValue(seen.value),
    ...(fires ? { state: 'firing' as const, firedAt: at } : {}),
    lastEvaluatedAt: at,
    version: previous.version + 1,
  }
  return [{ alert, previous, ...(fires ? { event: 'firing' as const } : {}) }]
}

/** A condition that no longer holds. */
function end(previous: Alert, owners: Owner[], now: Date, timing: Timing): AlertChange[] {
  const at = now.toISOString()
  const { alert: watched, shifted } = withoutUnwatchedTime(previous, now, timing)
  const next: Alert = { ...watched, lastEvaluatedAt: at, version: previous.version + 1 }
  if (previous.state === 'pending') return [{ alert: next, previous, remove: true }]
  const keepMs = Math.max(0, ...owners.map(({ rule }) => rule.keepFiringForMs))
  const since = watched.keepFiringSince ?? at
  if (now.getTime() - Date.parse(since) < keepMs) {
    if (watched.keepFiringSince && !shifted && !isDue(previous, now, timing)) return []
    return [{ alert: { ...next, keepFiringSince: since }, previous }]
  }
  const reason = owners.length === 0 ? { resolvedReason: 'its rule was removed or its labels were changed' } : {}
  return [{ alert: { ...next, state: 'resolved', resolvedAt: at, ...reason }, previous, event: 'resolved' }]
}

function forget(previous: Alert, now: Date): AlertChange[] {
  const agoMs = now.getTime() - Date.parse(previous.resolvedAt ?? previous.lastEvaluatedAt)
  // An end that lies in the future was written by a wrong clock.
  const over = agoMs > RESOLVED_RETENTION_MS || agoMs < -UNWATCHED_AFTER_MS
  return over ? [{ alert: { ...previous, version: previous.version + 1 }, previous, remove: true }] : []
}

/** Moves the starts of the waiting times by a gap in which nothing was evaluated, or by the step of a corrected clock. */
function withoutUnwatchedTime(
  alert: Alert,
  now: Date,
  { unwatchedAfterMs }: Timing,
): { alert: Alert; shifted: boolean } {
  const gapMs = now.getTime() - Date.parse(alert.lastEvaluatedAt)
  if (gapMs >= 0 && gapMs <= unwatchedAfterMs) return { alert, shifted: false }
  const move = (moment: string) => new Date(Date.parse(moment) + gapMs).toISOString()
  return {
    shifted: true,
    alert: {
      ...alert,
      ...(alert.state === 'pending' || gapMs < 0 ? { activeAt: move(alert.activeAt) } : {}),
      ...(alert.keepFiringSince ? { keepFiringSince: move(alert.keepFiringSince) } : {}),
    },
  }
}

function isDue(previous: Alert, now: Date, { rewriteAfterMs }: Timing): boolean {
  return now.getTime() - Date.parse(previous.lastEvaluatedAt) >= rewriteAfterMs
}

/** A sample value as Prometheus' expression browser writes it. */
export function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : `${value > 0 ? '+' : '-'}Inf`
}
