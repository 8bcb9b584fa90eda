import { DRIFT_SEVERITIES, type DriftState, type ToolChange } from '../../model/drift.ts'
import type { Labels, Sample } from '../../model/sample.ts'
import type { Health } from '../../model/verdict.ts'

export interface DriftJudgement {
  health: Health
  reason: 'drift'
  message: string
}

/** As many changes as a message names; the rest is counted. */
const NAMED = 3

/**
 * What confirmed drift means for the server's health; undefined without any. A change that no rollout explains is worse:
 * breaking it is critical, and even a reworded description wants a look, since that is how tools are poisoned.
 */
export function judgeDrift({ drift }: DriftState, deployment: string): DriftJudgement | undefined {
  if (!drift) return undefined
  const isBreaking = drift.changes.some(({ severity }) => severity === 'breaking')
  const how = drift.withoutRollout ? 'without a rollout' : 'with the last rollout'
  const rest = drift.changes.length - NAMED
  const named = sortBySeverity(drift.changes).slice(0, NAMED).map(sayChange)
  const list = [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ')
  return {
    health: isBreaking && drift.withoutRollout ? 'critical' : 'warning',
    reason: 'drift',
    message: `The server’s tools changed ${how}: ${list}. See "fleetwatch drift ${deployment}"; if it is meant, "fleetwatch drift accept ${deployment}".`,
  }
}

/** `"search": its argument "q" is required now`, for messages and tables. */
export function sayChange({ tool, what }: ToolChange): string {
  return tool === '*' ? what : `"${tool}" ${what.startsWith('its ') ? `– ${what}` : what}`
}

/** The worst first. */
export function sortBySeverity(changes: readonly ToolChange[]): ToolChange[] {
  return changes.toSorted((a, b) => DRIFT_SEVERITIES.indexOf(a.severity) - DRIFT_SEVERITIES.indexOf(b.severity))
}

/** Changes by severity, and whether a rollout explains them. All zero while the tools are those of the baseline. */
export function driftSamples(state: DriftState | 'settled', own: Labels): Sample[] {
  if (state !== 'settled' && !state.baseline) return []
  const drift = state === 'settled' ? undefined : state.drift
  const count = (severity: string) => drift?.changes.filter((change) => change.severity === severity).length ?? 0
  return [
    ...DRIFT_SEVERITIES.map((severity) => ({
      labels: { ...own, severity, __name__: 'mcp_deployment_drift' },
      value: count(severity),
    })),
    { labels: { ...own, __name__: 'mcp_deployment_drift_without_rollout' }, value: drift?.withoutRollout ? 1 : 0 },
  ]
}
