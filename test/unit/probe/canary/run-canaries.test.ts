import { expect, test } from 'vitest'
import type { CanaryResult } from '../../../../lib/model/canary-memory.ts'
import type { CanarySettings } from '../../../../lib/model/probe-settings.ts'
import { canarySamples } from '../../../../lib/probe/canary/canary-samples.ts'
import { dueCanaries, runCanaries } from '../../../../lib/probe/canary/run-canaries.ts'

const NOW = Date.parse('2026-11-21T10:00:00Z')
const canary = (name: string, more: Partial<CanarySettings> = {}): CanarySettings => ({
  name,
  tool: `${name}-tool`,
  arguments: { q: name },
  everyMs: 300_000,
  timeoutMs: 10_000,
  expect: [],
  allowSideEffects: true,
  ...more,
})
const result = (name: string, agoMs: number): CanaryResult => ({
  canary: name,
  tool: `${name}-tool`,
  at: new Date(NOW - agoMs).toISOString(),
  outcome: 'passed',
  reason: 'ok',
  message: '',
  durationMs: 50,
})

test.for([
  { name: 'never called', agoMs: undefined, isDue: true },
  { name: 'a moment before its time', agoMs: 295_000, isDue: true },
  { name: 'not yet', agoMs: 294_999, isDue: false },
  { name: 'long over', agoMs: 9_000_000, isDue: true },
])('due: $name', ({ agoMs, isDue }) => {
  const last = agoMs === undefined ? [] : [result('a', agoMs)]
  expect(dueCanaries([canary('a')], last, new Date(NOW))).toHaveLength(isDue ? 1 : 0)
})

test('the longest overdue comes first', () => {
  const due = dueCanaries(
    [canary('a'), canary('b'), canary('c')],
    [result('a', 400_000), result('b', 500_000)],
    new Date(NOW),
  )
  expect(due.map(({ name }) => name)).toEqual(['c', 'b', 'a'])
})

/** Runs against a session whose every call takes a second. */
async function run(canaries: CanarySettings[], last: CanaryResult[], given: { stopAfterMs?: number } = {}) {
  const calls: unknown[] = []
  let nowMs = NOW
  const results = await runCanaries(
    canaries,
    last,
    {
      tools: canaries.map(({ tool }) => ({ name: tool })),
      callTool: async (tool, toolArguments, timeoutMs) => {
        calls.push([tool, toolArguments, timeoutMs])
        nowMs += 1000
        return { ok: true, result: { isError: tool.startsWith('bad') }, durationMs: 1000 }
      },
    },
    { now: () => new Date(nowMs), stopAt: new Date(NOW + (given.stopAfterMs ?? 60_000)) },
  )
  return {
    calls,
    results: results.map(({ canary: name, outcome, reason, at }) => [name, outcome, reason, Date.parse(at) - NOW]),
  }
}

test('calls what is due with its arguments and keeps the last result of what is not', async () => {
  expect(await run([canary('a'), canary('bad'), canary('b')], [result('b', 60_000), result('gone', 10)])).toEqual({
    calls: [
      ['a-tool', { q: 'a' }, 10_000],
      ['bad-tool', { q: 'bad' }, 10_000],
    ],
    results: [
      ['a', 'passed', 'ok', 0],
      ['bad', 'failed', 'tool_error', 1000],
      ['b', 'passed', 'ok', -60_000],
    ],
  })
})

test('a result of another tool is not carried on', async () => {
  const moved = canary('a', { tool: 'new-tool', everyMs: 3_600_000 })
  expect((await run([moved], [result('a', 60_000)])).results).toEqual([])
})

test.for([
  {
    name: 'time for one',
    stopAfterMs: 10_999,
    last: [result('b', 400_000)],
    expected: [
      ['a', 'passed', 'ok', 0],
      ['b', 'passed', 'ok', -400_000],
    ],
  },
  {
    name: 'time for both',
    stopAfterMs: 11_000,
    last: [result('b', 400_000)],
    expected: [
      ['a', 'passed', 'ok', 0],
      ['b', 'passed', 'ok', 1000],
    ],
  },
  {
    name: 'never any time',
    stopAfterMs: 9_999,
    last: [result('a', 400_000)],
    expected: [
      ['a', 'passed', 'ok', -400_000],
      ['b', 'skipped', 'no_time', 0],
    ],
  },
  {
    name: 'no time for long',
    stopAfterMs: 9_999,
    last: [result('a', 900_001), result('b', 900_000)],
    expected: [
      ['a', 'skipped', 'no_time', 0],
      ['b', 'passed', 'ok', -900_000],
    ],
  },
])('the probe’s deadline: $name', async ({ stopAfterMs, last, expected }) => {
  expect((await run([canary('a'), canary('b')], last, { stopAfterMs })).results).toEqual(expected)
})

test('series per canary; a skipped one has none', () => {
  const failed: CanaryResult = { ...result('a', 1000), outcome: 'failed', reason: 'slow' }
  const { durationMs: _, ...unknownTool } = { ...result('b', 0), outcome: 'failed' as const }
  const skipped: CanaryResult = { ...result('c', 0), outcome: 'skipped' }
  const samples = canarySamples([failed, unknownTool, skipped], { deployment: 'search' })
  expect(samples.map(({ labels: { __name__, ...labels }, value }) => [__name__, labels.canary, value])).toEqual([
    ['mcp_deployment_canary_success', 'a', 0],
    ['mcp_deployment_canary_timestamp_seconds', 'a', NOW / 1000 - 1],
    ['mcp_deployment_canary_duration_seconds', 'a', 0.05],
    ['mcp_deployment_canary_success', 'b', 0],
    ['mcp_deployment_canary_timestamp_seconds', 'b', NOW / 1000],
  ])
  expect(samples[0]?.labels).toEqual({
    deployment: 'search',
    tool: 'a-tool',
    canary: 'a',
    __name__: 'mcp_deployment_canary_success',
  })
})
