import type { CanaryResult } from '../../model/canary-memory.ts'
import { ListedTool } from '../../model/listed-tool.ts'
import type { ProbeMemory } from '../../model/probe-memory.ts'
import type { Server } from '../../model/server.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import { isFault } from '../fault.ts'
import { probeServer } from '../probe-server.ts'
import { type Asking, ask } from '../session.ts'
import type { Tool } from '../tools.ts'
import type { CallOutcome } from './judge-canary.ts'
import { type CallTool, dueCanaries, runCanaries } from './run-canaries.ts'

/** A round of canaries must end well before the poll that waits for it does. */
const LONGEST_ROUND_MS = 30_000
/** A clock that ticks between planning the round and its last call must not leave that call without time. */
const SLACK_MS = 1000

/**
 * Calls the canaries that are due in a session of their own, so that they share neither deadline nor fate with the probe
 * whose verdict pages people. Without a session nothing is judged: that is the verdict's business.
 */
export async function callDueCanaries(
  server: Pick<Server, 'endpoint' | 'probe'>,
  memory: ProbeMemory | undefined,
  last: readonly CanaryResult[],
  { authenticate, now, signal }: { authenticate: Authenticate; now: () => Date; signal?: AbortSignal },
): Promise<CanaryResult[]> {
  const { canaries } = server.probe
  const due = dueCanaries(canaries, last, now())
  if (due.length === 0) return runCanaries(canaries, last, NOTHING_OPEN, { now, stopAt: now() })
  const roundMs = Math.min(
    LONGEST_ROUND_MS,
    due.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0),
  )
  const probe = { ...server.probe, timeoutMs: server.probe.timeoutMs + roundMs + SLACK_MS }
  const result = await probeServer({ endpoint: server.endpoint, probe }, memory, authenticate, now(), {
    ...(signal && { signal }),
    afterwards: (asking, tools) =>
      runCanaries(
        canaries,
        last,
        { tools: readTools(tools), callTool: callToolIn(asking) },
        { now, stopAt: new Date(now().getTime() + roundMs + SLACK_MS) },
      ),
  })
  const kept = last.filter(({ canary }) => canaries.some(({ name }) => name === canary))
  // A call that our own side broke off says nothing: the last result stands, and the canary stays due.
  return (result.afterwards ?? kept).flatMap((one) =>
    one.reason === 'prober_error' ? kept.filter(({ canary }) => canary === one.canary) : one,
  )
}

const NOTHING_OPEN = {
  tools: [],
  callTool: () => Promise.reject(new Error('no canary is due, so none is called')),
}

/** Hints of a form nobody knows count as not given. */
function readTools(tools: readonly Tool[]): ListedTool[] {
  return tools.map((tool) => ListedTool.safeParse(tool).data ?? { name: tool.name })
}

/** `tools/call` in an open session. Of an error only the code is told, since its text may quote the tool's data. */
function callToolIn(asking: Asking): CallTool {
  return async (tool, toolArguments, timeoutMs) => {
    const startedAt = performance.now()
    const tooLate = Symbol('too late')
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<typeof tooLate>((resolve) => {
      timer = setTimeout(() => resolve(tooLate), timeoutMs)
    })
    const answer = await Promise.race([ask(asking, 'tools/call', { name: tool, arguments: toolArguments }), timeout])
    clearTimeout(timer)
    const durationMs = performance.now() - startedAt
    const failed = (reason: string, message: string): CallOutcome => ({ ok: false, reason, message, durationMs })
    if (answer === tooLate) return failed('timeout', `the tool "${tool}" gave no answer within ${timeoutMs} ms`)
    if (isFault(answer)) return failed(answer.fault, answer.message)
    if ('error' in answer) {
      return failed('rpc_error', `the call of "${tool}" ended with the JSON-RPC error ${answer.error.code}`)
    }
    return { ok: true, result: answer.result, durationMs }
  }
}
