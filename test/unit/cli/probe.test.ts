import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHeaders, readTargets } from '../../../lib/cli/probe-targets.ts'
import { type HostileServer, startHostileServer } from '../../support/hostile-server.ts'

const cli = fileURLToPath(new URL('../../../bin/fleetwatch.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'fleetwatch-probe-'))
let server: HostileServer
beforeAll(async () => {
  server = await startHostileServer()
})
afterAll(() => server.close())

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, 'probe', ...args], (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })
}

test.for([
  [['good-legacy', 'good-modern'], 0],
  [['good-legacy', 'delete-refused'], 0],
  [['good-legacy', 'status-401'], 3],
  [['good-legacy', 'status-401', 'backend-dead'], 1],
] as const)('%j exits with %i', { timeout: 20_000 }, async ([paths, code]) => {
  const probed = await run(...paths.map((path) => `${server.origin}/${path}`))
  expect(probed.code).toBe(code)
  expect(probed.err).toBe('')
})

test('a JSON line per target, every key always there', { timeout: 20_000 }, async () => {
  const { out } = await run(
    '--json',
    '--timeout',
    '3000',
    `${server.origin}/good-legacy`,
    `${server.origin}/status-404`,
  )
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toHaveLength(2)
  const byTarget = Object.fromEntries(lines.map((line) => [new URL(line.target).pathname, line]))
  expect(byTarget['/good-legacy']).toEqual({
    target: `${server.origin}/good-legacy`,
    health: 'healthy',
    layer: null,
    reason: 'ok',
    message: 'The server lists 2 tools.',
    era: 'legacy',
    protocolVersion: '2025-11-25',
    transport: 'streamable-http',
    server: { name: 'hostile', version: '1.0.0' },
    tools: 2,
    toolsHash: expect.stringMatching(/^[0-9a-f]{16}$/),
    timings: {
      dnsMs: null,
      connectMs: expect.any(Number),
      tlsMs: null,
      firstByteMs: expect.any(Number),
      totalMs: expect.any(Number),
    },
    requests: 5,
    session: 'deleted',
    at: expect.stringMatching(/Z$/),
  })
  expect(byTarget['/status-404']).toMatchObject({
    health: 'critical',
    layer: 'http',
    reason: 'wrong_path',
    tools: null,
  })
})

test('bad lines, URLs and headers are named, the rest is probed, exit 2', { timeout: 20_000 }, async () => {
  const file = join(folder, 'urls.txt')
  writeFileSync(file, `\uFEFF# fleet\r\n\r\n${server.origin}/good-legacy\r\nnot a url\r\nftp://x/y\r\n`)
  const { code, out, err } = await run(
    '--json',
    '--targets',
    file,
    'localhost:80/mcp',
    '--header',
    'secret-without-colon',
  )
  expect(code).toBe(2)
  expect(out.trim().split('\n')).toHaveLength(1)
  expect(err.trim().split('\n')).toEqual([
    expect.stringMatching(/^fleetwatch: --header 1: not a header; expected/),
    expect.stringMatching(/argument 1: "localhost:80\/mcp" is not an http.*did you mean http:\/\/localhost:80\/mcp\?$/),
    `fleetwatch: ${file}:4: "not a url" is not a URL; expected one such as https://host/mcp`,
    `fleetwatch: ${file}:5: "ftp://x/y" is not an http or https URL; expected one such as https://host/mcp`,
  ])
  expect(err).not.toContain('secret-without-colon')
})

test.for([
  [[], /nothing to probe/],
  [['--era', 'stone', 'http://127.0.0.1:1'], /era/],
  [['--timeout', '0', 'http://127.0.0.1:1'], /whole number from 1/],
  [['--concurrency', 'many', 'http://127.0.0.1:1'], /whole number from 1/],
  [['--targets', '/nowhere/urls.txt'], /\/nowhere\/urls\.txt: cannot be read \(ENOENT\)/],
] as const)('usage: %j', { timeout: 20_000 }, async ([args, message]) => {
  const { code, err } = await run(...args)
  expect(code).toBe(2)
  expect(err).toMatch(message)
})

test('text for people: a table and a sentence per sick target', { timeout: 20_000 }, async () => {
  const { out } = await run(`${server.origin}/good-legacy`, `${server.origin}/backend-dead`)
  expect(out).toMatch(/HEALTH\s+REASON\s+PROTOCOL\s+TOOLS\s+TOOK\s+TARGET/)
  expect(out).toMatch(/critical\s+degraded/)
  expect(out).toContain('“Not connected”')
})

test('a header is sent and never shown', { timeout: 20_000 }, async () => {
  const { out } = await run('--json', '--header', 'Authorization: Bearer s3cret-token', `${server.origin}/status-401`)
  expect(JSON.parse(out)).toMatchObject({ reason: 'auth', message: expect.stringContaining('refuses') })
  expect(out).not.toContain('s3cret-token')
})

test('thousands of lines are read at once', () => {
  const file = join(folder, 'many.txt')
  writeFileSync(file, Array.from({ length: 5000 }, (_, index) => `http://10.0.0.1:${index + 1}/mcp`).join('\n'))
  expect(readTargets([], [file])).toMatchObject({ urls: { length: 5000 }, problems: [] })
})

test.for([
  ['X-Api-Key: a:b', { 'x-api-key': 'a:b' }],
  ['authorization:Bearer x', { authorization: 'Bearer x' }],
  ['Mcp-Session-Id: 1', {}],
  ['bad name: x', {}],
  [': x', {}],
  ['x: a\nb', {}],
] as const)('header %j', ([text, headers]) => {
  const read = readHeaders([text])
  expect(read.headers).toEqual(headers)
  expect(read.problems).toHaveLength(Object.keys(headers).length === 0 ? 1 : 0)
})
