import type { DriftState, DriftSummary, ToolSet } from '../../model/drift.ts'
import type { ListedTool } from '../../model/listed-tool.ts'
import type { DriftSettings } from '../../model/probe-settings.ts'
import { compareTools } from './compare-tools.ts'
import { printTools } from './print-tools.ts'

/** A change this soon after a rollout was seen belongs to it, also where neither revision nor version tells. */
const ROLLOUT_ECHO_MS = 30 * 60_000

/** What one good probe saw of a server's tools, and what ran at that moment. */
export interface Sighting {
  tools: readonly ListedTool[]
  serverVersion?: string | undefined
  taskDefinition?: string | undefined
  isRollingOut: boolean
  at: Date
}

export interface Tracked {
  state: DriftState
  /** Whether the state differs from what was given and has to be saved; in quiet times it does not. */
  hasChanged: boolean
}

/**
 * Takes one sighting into account. A set is believed after `confirmations` probes in a row saw it, the first baseline
 * too; nothing is judged during a rollout, when old and new tasks answer by turns. What a rollout brought without breaking
 * anything becomes the baseline by itself; everything else stays drift until it is accepted or undone.
 */
export function trackDrift(state: DriftState, sighting: Sighting, settings: DriftSettings): Tracked {
  if (!settings.enabled) return { state, hasChanged: false }
  if (sighting.isRollingOut) {
    const { candidate: _, ...rest } = state
    return { state: { ...rest, rolloutAt: sighting.at.toISOString() }, hasChanged: true }
  }
  const set = printTools(sighting.tools, settings.ignore)
  if (state.baseline && isSame(state.baseline.set, set)) return backToBaseline(state, sighting)
  if (state.drift && isSame(state.drift.set, set)) return withoutCandidate(state)
  const candidate = nextCandidate(state.candidate, set, sighting.at)
  if (candidate.seen < settings.confirmations) return { state: { ...state, candidate }, hasChanged: true }
  return { state: believe(state, set, sighting, Date.parse(candidate.firstSeenAt)), hasChanged: true }
}

/** Whether the summary alone shows that this sighting changes nothing. */
export function isQuiet(summary: DriftSummary | undefined, sighting: Sighting, settings: DriftSettings): boolean {
  if (!summary?.isSettled || sighting.isRollingOut) return false
  const set = printTools(sighting.tools, settings.ignore)
  return isSame(summary, set) && isSameRelease(summary.release, releaseOf(sighting))
}

/** Undefined before the first baseline. */
export function summarize({ baseline, candidate, drift }: DriftState): DriftSummary | undefined {
  if (!baseline) return undefined
  const { hash, textHash } = baseline.set
  return { hash, textHash, release: baseline.release, isSettled: !candidate && !drift }
}

/** Makes the confirmed drift the new baseline; undefined when there is none. */
export function acceptDrift(state: DriftState, at: Date): DriftState | undefined {
  if (!state.drift) return undefined
  const { drift, candidate: _, ...rest } = state
  return { ...rest, baseline: { set: drift.set, release: drift.release, at: at.toISOString() } }
}

type Hashes = Pick<ToolSet, 'hash' | 'textHash'>

function isSame(a: Hashes, b: Hashes): boolean {
  return a.hash === b.hash && a.textHash === b.textHash
}

/** The tools are as they should be. A new release with the same tools is noted: the next change is measured from it. */
function backToBaseline(state: DriftState, sighting: Sighting): Tracked {
  const { candidate, drift, baseline, ...rest } = state
  if (!baseline) return { state, hasChanged: false }
  const release = releaseOf(sighting)
  const isNewRelease = !isSameRelease(baseline.release, release)
  if (!candidate && !drift && !isNewRelease) return { state, hasChanged: false }
  return { state: { ...rest, baseline: { ...baseline, release } }, hasChanged: true }
}

function withoutCandidate(state: DriftState): Tracked {
  const { candidate, ...rest } = state
  return { state: rest, hasChanged: candidate !== undefined }
}

function nextCandidate(known: DriftState['candidate'], set: ToolSet, at: Date): NonNullable<DriftState['candidate']> {
  if (known && known.hash === set.hash && known.textHash === set.textHash) return { ...known, seen: known.seen + 1 }
  return { hash: set.hash, textHash: set.textHash, seen: 1, firstSeenAt: at.toISOString() }
}

function believe(state: DriftState, set: ToolSet, sighting: Sighting, firstSeenMs: number): DriftState {
  const { candidate: _, drift: previous, ...rest } = state
  const release = releaseOf(sighting)
  const at = sighting.at.toISOString()
  const adopted: DriftState = { ...rest, baseline: { set, release, at } }
  if (!state.baseline) return adopted
  const changes = compareTools(state.baseline.set, set)
  const withoutRollout = !cameWithRollout(state, release, firstSeenMs)
  if (!withoutRollout && !previous && changes.every(({ severity }) => severity !== 'breaking')) return adopted
  return { ...rest, drift: { set, release, changes, withoutRollout, since: previous?.since ?? at } }
}

function cameWithRollout(state: DriftState, release: Release, firstSeenMs: number): boolean {
  const before = state.drift?.release ?? state.baseline?.release ?? {}
  const differs = (a: string | undefined, b: string | undefined) => a !== undefined && b !== undefined && a !== b
  return (
    differs(before.taskDefinition, release.taskDefinition) ||
    differs(before.serverVersion, release.serverVersion) ||
    (state.rolloutAt !== undefined && firstSeenMs - Date.parse(state.rolloutAt) <= ROLLOUT_ECHO_MS)
  )
}

function releaseOf({ serverVersion, taskDefinition }: Sighting) {
  return {
    ...(serverVersion !== undefined && { serverVersion }),
    ...(taskDefinition !== undefined && { taskDefinition }),
  }
}

type Release = ReturnType<typeof releaseOf>

function isSameRelease(a: DriftSummary['release'], b: Release): boolean {
  return a.serverVersion === b.serverVersion && a.taskDefinition === b.taskDefinition
}
