import type { CanaryResult } from '../../model/canary-memory.ts'
import type { ListedTool } from '../../model/listed-tool.ts'
import type { CanarySettings } from '../../model/probe-settings.ts'
import { type CallOutcome, type CanaryJudgement, judgeCanary, refuseCall } from './judge-canary.ts'

/** Polls come by the minute with jitter; a canary that would be due in a moment is called now. */
const EARLY_MS = 5_000

export type CallTool = (
  tool: string,
  toolArguments: CanarySettings['arguments'],
  timeoutMs: number,
) => Promise<CallOutcome>

/** The canaries whose interval is over, those never called first. */
export function dueCanaries(
  canaries: readonly CanarySettings[],
  last: readonly CanaryResult[],
  now: Date,
): CanarySettings[] {
  const calledAt = new Map(last.map(({ canary, at }) => [canary, Date.parse(at)]))
  const overdueMs = ({ name, everyMs }: CanarySettings) => now.getTime() - (calledAt.get(name) ?? 0) - everyMs
  return canaries.filter((canary) => overdueMs(canary) >= -EARLY_MS).sort((a, b) => overdueMs(b) - overdueMs(a))
}

/**
 * Calls the due canaries one after the other inside an open session and gives the newest result of each: those not due
 * keep their last one, those no longer configured are gone. `stopAt` ends the round early, so that a probe keeps its
 * deadline; what was not called stays due, and is said when it waits for long.
 */
export async function runCanaries(
  canaries: readonly CanarySettings[],
  last: readonly CanaryResult[],
  session: { tools: readonly ListedTool[]; callTool: CallTool },
  clock: { now(): Date; stopAt: Date },
): Promise<CanaryResult[]> {
  const newest = new Map(last.map((result) => [result.canary, result]))
  for (const canary of dueCanaries(canaries, last, clock.now())) {
    const at = clock.now()
    const leftMs = clock.stopAt.getTime() - at.getTime()
    const refusal = refuseCall(canary, session.tools) ?? (leftMs < canary.timeoutMs ? noTime(canary) : undefined)
    if (refusal?.reason === 'no_time' && !isLongOverdue(canary, newest.get(canary.name), at)) continue
    const call = refusal ? undefined : await session.callTool(canary.tool, canary.arguments, canary.timeoutMs)
    const judgement = refusal ?? (call && judgeCanary(canary, call))
    if (!judgement) continue
    newest.set(canary.name, {
      canary: canary.name,
      tool: canary.tool,
      at: at.toISOString(),
      ...judgement,
      ...(call && { durationMs: call.durationMs }),
    })
  }
  return canaries.flatMap(({ name, tool }) => {
    const result = newest.get(name)
    return result?.tool === tool ? result : []
  })
}

const noTime = (canary: CanarySettings): CanaryJudgement => ({
  outcome: 'skipped',
  reason: 'no_time',
  message: `The canary "${canary.name}" was not called: its timeout of ${canary.timeoutMs} ms does not fit into what is left of the probe’s time.`,
})

/** Waiting for the next poll is normal; three intervals without a call must be said. */
function isLongOverdue(canary: CanarySettings, last: CanaryResult | undefined, at: Date): boolean {
  return last === undefined || at.getTime() - Date.parse(last.at) > 3 * canary.everyMs
}
