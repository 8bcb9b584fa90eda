import type { ListedTool } from '../../model/listed-tool.ts'
import type { CanarySettings } from '../../model/probe-settings.ts'
import { checkExpectation } from './check-expectation.ts'

/** What a `tools/call` came to: its result, a JSON-RPC error, or a fault of the session, with the probe's own reason. */
export type CallOutcome =
  | { ok: true; result: unknown; durationMs: number }
  | { ok: false; reason: string; message: string; durationMs: number }

export interface CanaryJudgement {
  outcome: 'passed' | 'failed' | 'skipped'
  reason: string
  message: string
}

/**
 * Whether a canary may be called: its tool is listed, and it says that it only reads or the settings allow side effects.
 * Undefined when it may. A tool that is not listed fails: callers miss it too.
 */
export function refuseCall(canary: CanarySettings, tools: readonly ListedTool[]): CanaryJudgement | undefined {
  const tool = tools.find(({ name }) => name === canary.tool)
  if (!tool)
    return fail('unknown_tool', `The canary "${canary.name}" failed: the server lists no tool "${canary.tool}".`)
  if (canary.allowSideEffects || tool.annotations?.readOnlyHint === true) return undefined
  return {
    outcome: 'skipped',
    reason: 'not_read_only',
    message: `The canary "${canary.name}" was not called: the tool "${canary.tool}" does not announce readOnlyHint. Set allow_side_effects if it may be called again and again.`,
  }
}

/** Judges a canary's answer: the call, `isError`, every expectation, and the latency, in this order. */
export function judgeCanary(canary: CanarySettings, call: CallOutcome): CanaryJudgement {
  const failed = (reason: string, why: string) => fail(reason, `The canary "${canary.name}" failed: ${why}.`)
  if (!call.ok) return failed(call.reason, call.message.replace(/\.$/, ''))
  const { isError, resultType } = (call.result ?? {}) as { isError?: unknown; resultType?: unknown }
  if (isError === true) return failed('tool_error', `the tool "${canary.tool}" reports an error (isError)`)
  if (resultType !== undefined && resultType !== 'complete') {
    return failed(
      'incomplete',
      `the tool "${canary.tool}" wants more from its caller (${String(resultType).slice(0, 40)})`,
    )
  }
  for (const expectation of canary.expect) {
    const wrong = checkExpectation(expectation, call.result)
    if (wrong) return failed('unexpected', `the answer is not as expected: ${wrong}`)
  }
  const { latencyBelowMs: limitMs } = canary
  if (limitMs !== undefined && call.durationMs >= limitMs) {
    return failed('slow', `it took ${Math.round(call.durationMs)} ms, expected less than ${limitMs} ms`)
  }
  return { outcome: 'passed', reason: 'ok', message: `The canary "${canary.name}" passed.` }
}

function fail(reason: string, message: string): CanaryJudgement {
  return { outcome: 'failed', reason, message }
}
