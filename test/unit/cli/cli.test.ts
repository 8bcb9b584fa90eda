import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { build, type Metafile } from 'esbuild'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { runFleetwatch } from '../../support/run-fleetwatch.ts'

// Each test starts processes, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

const KEYS = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_MAX_ATTEMPTS: '1',
}

describe('help', () => {
  test.for(['status', 'alerts', 'probe', 'discover', 'costs', 'report', 'invoke', 'config check', 'config schema'])(
    '%s --help has examples and exits 0',
    async (command) => {
      const { code, stdout } = await runFleetwatch([...command.split(' '), '--help'])
      expect(code).toBe(0)
      expect(stdout).toMatch(/Examples:\n {2}\$ fleetwatch /)
    },
  )

  test('comes at once: neither the AWS SDK nor zod is loaded before a command runs', async () => {
    const { metafile } = await build({
      entryPoints: ['bin/fleetwatch.ts'],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      outdir: 'unused',
      write: false,
      metafile: true,
    })
    const loaded = new Set(Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path)))
    expect([...loaded].filter((path) => path.startsWith('@aws-sdk/')).length).toBeGreaterThan(0)
    const entry = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === 'bin/fleetwatch.ts')
    const atOnce = packagesOf(metafile, entry?.[0] ?? '')
    expect(atOnce).toEqual(['commander'])
  })
})

/** Packages that an output file loads before anything runs, through the chunks that it imports statically. */
function packagesOf(metafile: Metafile, output: string, seen = new Set<string>()): string[] {
  if (seen.has(output)) return []
  seen.add(output)
  const statics = (metafile.outputs[output]?.imports ?? []).filter(({ kind }) => kind === 'import-statement')
  const found = statics.flatMap(({ path, external }) => (external ? [path] : packagesOf(metafile, path, seen)))
  return [...new Set(found)].filter((path) => !path.startsWith('node:')).sort()
}

describe('usage errors exit 2', () => {
  test.for([
    { name: 'unknown command', args: ['stats'], says: 'Did you mean status?' },
    { name: 'unknown option', args: ['status', '--jsno'], says: 'Did you mean --json?' },
    { name: 'bad choice', args: ['alerts', '--state', 'gone'], says: 'Allowed choices are firing, pending, resolved' },
    { name: 'no command', args: [], says: 'Usage: fleetwatch' },
  ])('$name', async ({ args, says }) => {
    const { code, stdout, stderr } = await runFleetwatch(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(says)
  })
})

describe('set-up errors exit 2 and say what to do', () => {
  let server: Server | undefined
  afterEach(() => server?.close())

  /** Answers every call as AWS answers in its JSON protocol. */
  async function aws(status: number, body: object, afterMs = 0): Promise<string> {
    server = createServer(async (_, response) => {
      await sleep(afterMs)
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test('no Region', async () => {
    const { code, stderr } = await runFleetwatch(['status'])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'fleetwatch: No AWS Region is set. Set AWS_REGION, for example AWS_REGION=us-east-1.\n',
    })
  })

  test('no credentials', async () => {
    const { code, stderr } = await runFleetwatch(['alerts'], { AWS_REGION: 'us-east-1' })
    expect(code).toBe(2)
    expect(stderr).toContain('No AWS credentials were found. Set AWS_PROFILE')
  })

  test('nothing deployed here', async () => {
    const url = await aws(400, { __type: 'ParameterNotFound' })
    const { code, stderr } = await runFleetwatch(['costs'], { ...KEYS, AWS_ENDPOINT_URL: url })
    expect(code).toBe(2)
    expect(stderr).toContain('fleetwatch is not deployed in us-east-1')
    expect(stderr).toContain('npx cdk deploy')
  })

  test('no right to look', async () => {
    const url = await aws(400, { __type: 'AccessDeniedException', message: 'no' })
    const { code, stderr } = await runFleetwatch(['status'], { ...KEYS, AWS_ENDPOINT_URL: url })
    expect(code).toBe(2)
    expect(stderr).toContain('ssm:GetParameter')
  })

  test('expired credentials', async () => {
    const url = await aws(400, { __type: 'ExpiredTokenException', message: 'expired' })
    const { code, stderr } = await runFleetwatch(['report'], { ...KEYS, AWS_ENDPOINT_URL: url })
    expect(code).toBe(2)
    expect(stderr).toContain('have expired')
  })

  test('what takes over 2 s says on standard error what is going on', async () => {
    const url = await aws(400, { __type: 'ParameterNotFound' }, 2600)
    const { stdout, stderr } = await runFleetwatch(['status'], { ...KEYS, AWS_ENDPOINT_URL: url })
    expect(stdout).toBe('')
    // A busy machine repeats the line, and later.
    expect(stderr).toMatch(/^(… reading verdicts \(\d+ s\)\n)+fleetwatch: fleetwatch is not deployed/)
  })

  test('the emulator is gone', async () => {
    const url = 'http://127.0.0.1:1'
    const { code, stderr } = await runFleetwatch(['status'], { ...KEYS, AWS_ENDPOINT_URL: url })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'fleetwatch: AWS_ENDPOINT_URL=http://127.0.0.1:1 does not answer; is it still running? (ECONNREFUSED)\n',
    })
  })
})
