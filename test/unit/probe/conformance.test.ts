import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test.for([
  ['2025-06-18', ['--suite', 'all', '--spec-version', '2025-06-18']],
  ['2025-11-25', ['--suite', 'all', '--spec-version', '2025-11-25']],
  ['2026-07-28', ['--requirements', '2026-07-28']],
] as const)('the official conformance suite for clients, %s', { timeout: 120_000 }, async ([, which]) => {
  const { code, output } = await run([
    'node_modules/@modelcontextprotocol/conformance/dist/index.js',
    'client',
    '--command',
    `${process.execPath} test/conformance/client.ts`,
    '--expected-failures',
    'test/conformance/baseline.yml',
    ...which,
  ])
  expect(output).toContain('Baseline check passed')
  expect(code).toBe(0)
})

function run(args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    })
  })
}
