import type { DriftState, ToolChange } from '../../model/drift.ts'
import { sortBySeverity } from './judge-drift.ts'

/** One server's tools against its baseline. */
export interface ServerDrift {
  deployment: string
  /** `unknown` before two equal probes made a baseline. */
  state: 'unknown' | 'unchanged' | 'changed'
  tools: number | null
  baselineAt: string | null
  since: string | null
  withoutRollout: boolean
  /** The worst first. */
  changes: ToolChange[]
}

/** What `--json` prints of one server. */
export function describeDrift(deployment: string, { baseline, drift }: DriftState): ServerDrift {
  return {
    deployment,
    state: drift ? 'changed' : baseline ? 'unchanged' : 'unknown',
    tools: (drift ?? baseline)?.set.count ?? null,
    baselineAt: baseline?.at ?? null,
    since: drift?.since ?? null,
    withoutRollout: drift?.withoutRollout ?? false,
    changes: sortBySeverity(drift?.changes ?? []),
  }
}
