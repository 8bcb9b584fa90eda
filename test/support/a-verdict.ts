import type { Verdict } from '../../lib/model/verdict.ts'

/** A healthy verdict for tests; what the test is about stands in `given`. */
export function aVerdict(given: Partial<Verdict> = {}): Verdict {
  return {
    health: 'healthy',
    reason: 'ok',
    message: 'answers MCP, 3 tools',
    timings: { totalMs: 42.4 },
    requests: 4,
    session: 'deleted',
    at: '2026-11-21T07:59:30.000Z',
    ...given,
  }
}
