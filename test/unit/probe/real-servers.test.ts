import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { AT_ONCE, judge } from '../../../lib/probe/judge.ts'
import { probe } from '../../../lib/probe/probe.ts'
import type { ProbeTarget } from '../../../lib/probe/probe-target.ts'
import { type RealServer, startRealServer } from '../../support/real-servers.ts'

type Era = ProbeTarget['era']

async function verdictOn(endpoint: string, more: Partial<ProbeTarget> = {}) {
  const asked = { endpoint, era: 'auto' as const, timeoutMs: 15_000, headers: {}, allowAddresses: ['127.0.0.1'] }
  const result = await probe({ ...asked, ...more })
  return { result, verdict: judge(result, undefined, undefined, new Date(), AT_ONCE).verdict }
}

async function withServer(name: string, run: (server: RealServer) => Promise<void>) {
  const server = await startRealServer(name)
  try {
    await run(server)
  } finally {
    await server.stop()
  }
}

type Row = [server: string, path: string, era: Era, seen: string, times: number]

/** Facts: which server answers in which era over which transport, with how many requests, and what becomes of the session. */
const ROWS: Row[] = [
  ['server-everything', '/mcp', 'auto', 'legacy 2025-11-25 streamable-http 13 tools 5 requests deleted', 100],
  ['server-everything', '/mcp', 'legacy', 'legacy 2025-11-25 streamable-http 13 tools 4 requests deleted', 1],
  ['server-everything sse', '/sse', 'auto', 'legacy 2025-11-25 http+sse 13 tools 6 requests none', 20],
  ['mcp-proxy', '/mcp', 'auto', 'modern 2026-07-28 streamable-http 9 tools 2 requests none', 100],
  ['mcp-proxy', '/mcp', 'legacy', 'legacy 2025-11-25 streamable-http 9 tools 4 requests deleted', 100],
  ['mcp-proxy', '/mcp', 'modern', 'modern 2026-07-28 streamable-http 9 tools 2 requests none', 1],
  ['mcp-proxy --stateless', '/mcp', 'legacy', 'legacy 2025-11-25 streamable-http 9 tools 3 requests none', 5],
  ['mcp-proxy --no-modern', '/mcp', 'auto', 'legacy 2025-11-25 streamable-http 9 tools 5 requests deleted', 5],
  ['mcp-proxy both', '/sse', 'auto', 'legacy 2025-11-25 http+sse 9 tools 6 requests none', 5],
  ['mcp-proxy both', '/mcp', 'auto', 'modern 2026-07-28 streamable-http 9 tools 2 requests none', 1],
  ['supergateway', '/mcp', 'auto', 'legacy 2025-11-25 streamable-http 9 tools 4 requests none', 1],
  ['supergateway --stateful', '/mcp', 'auto', 'legacy 2025-11-25 streamable-http 9 tools 5 requests deleted', 5],
  ['supergateway sse', '/sse', 'auto', 'legacy 2025-11-25 http+sse 9 tools 6 requests none', 5],
  ['mcp-hello-world', '/sse', 'auto', 'legacy 2025-11-25 http+sse 3 tools 6 requests none', 5],
  ['server-system-monitor', '/mcp', 'auto', 'legacy 2025-11-25 streamable-http 2 tools 4 requests none', 5],
  ['fastmcp stateful', '/mcp', 'auto', 'legacy 2025-11-25 streamable-http 1 tools 5 requests deleted', 1],
  ['fastmcp stateless', '/mcp', 'auto', 'legacy 2025-11-25 streamable-http 1 tools 4 requests none', 1],
  ['sdk v2 modern only', '/mcp', 'auto', 'modern 2026-07-28 streamable-http 1 tools 2 requests none', 5],
  ['sdk v2 both eras', '/mcp', 'auto', 'modern 2026-07-28 streamable-http 1 tools 2 requests none', 5],
  ['sdk v2 both eras', '/mcp', 'legacy', 'legacy 2025-11-25 streamable-http 1 tools 3 requests none', 5],
]

/** `npm run test:hundred` asks every server a hundred times; some take a second each, so `npm test` asks most a few times. */
const TIMES = process.env.PROBES_PER_SERVER ? Number(process.env.PROBES_PER_SERVER) : undefined

test.for(Object.entries(Object.groupBy(ROWS, ([server]) => server)))(
  '%s',
  { timeout: TIMES ? 900_000 : 90_000 },
  ([name, rows = []]) =>
    withServer(name, async ({ origin }) => {
      for (const [, path, era, seen, usual] of rows) {
        const times = TIMES ?? usual
        const known: (string | undefined)[] = []
        for (let time = 0; time < times; time += 1) {
          const { verdict, result } = await verdictOn(origin + path, { era })
          expect(verdict, path).toMatchObject({ health: 'healthy', reason: 'ok' })
          known.push(
            `${result.era} ${result.protocolVersion} ${result.transport} ${result.tools} tools ${result.requests} requests ${result.session}`,
          )
        }
        expect(new Set(known), `${path} ${era}`).toEqual(new Set([seen]))
        const { era: spoken, transport } = (await verdictOn(origin + path, { era })).result
        if (!spoken || !transport || era !== 'auto') continue
        const again = await verdictOn(origin + path, { known: { era: spoken, transport } })
        expect(again.verdict.health).toBe('healthy')
        expect(again.result.requests).toBeLessThan(Number(/(\d+) requests/.exec(seen)?.[1]))
      }
    }),
)

test('a server that changed its era since the last probe is found out anew', { timeout: 30_000 }, () =>
  withServer('sdk v2 modern only', async ({ origin }) => {
    const known = { era: 'legacy', transport: 'streamable-http' } as const
    expect((await verdictOn(`${origin}/mcp`, { known })).result).toMatchObject({ era: 'modern', tools: 1 })
  }),
)

test('a legacy server believed to be modern is found out anew', { timeout: 30_000 }, () =>
  withServer('server-everything', async ({ origin }) => {
    const known = { era: 'modern', transport: 'streamable-http' } as const
    expect((await verdictOn(`${origin}/mcp`, { known })).result).toMatchObject({ era: 'legacy', tools: 13 })
  }),
)

test('the credential decides: missing, wrong, right; it shows in no message', { timeout: 30_000 }, () =>
  withServer('mcp-proxy --apiKey', async ({ origin }) => {
    const none = await verdictOn(`${origin}/mcp`)
    expect(none.verdict).toMatchObject({ health: 'warning', layer: 'auth', reason: 'auth' })
    const wrong = await verdictOn(`${origin}/mcp`, { headers: { 'x-api-key': 'sesame-shut' } })
    expect(wrong.verdict).toMatchObject({ health: 'warning', layer: 'auth', reason: 'auth' })
    expect(JSON.stringify(wrong)).not.toContain('sesame')
    const right = await verdictOn(`${origin}/mcp`, { headers: { 'x-api-key': 'sesame-open' } })
    expect(right.verdict).toMatchObject({ health: 'healthy', reason: 'ok' })
  }),
)

test('the stdio server behind a proxy is dead: only tools/list shows it', { timeout: 30_000 }, () =>
  withServer('mcp-proxy', async ({ origin, pid }) => {
    expect((await verdictOn(`${origin}/mcp`)).verdict.health).toBe('healthy')
    for (const child of childrenOf(pid)) process.kill(child, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 300))
    for (const era of ['auto', 'legacy'] as const) {
      const { verdict } = await verdictOn(`${origin}/mcp`, { era, timeoutMs: 3000 })
      expect(verdict).toMatchObject({ health: 'critical', layer: 'tools', reason: 'degraded' })
    }
  }),
)

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return new RegExp(`\\) \\S ${pid} `).test(readFileSync(`/proc/${name}/stat`, 'utf8'))
      } catch {
        return false
      }
    })
    .map(Number)
}
