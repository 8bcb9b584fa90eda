import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort } from './free-port.ts'
import { waitFor } from './wait-for.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** A running embedded AWS. `env` is what every client, the CDK and the command line need to reach it. */
export interface EmbeddedAws {
  endpoint: string
  env: Record<string, string>
  stop(): Promise<void>
}

/**
 * Starts MiniStack from the project's Python environment on a free port of 127.0.0.1, with its state in `folder`
 * (inside the project, so that Lambdas find node_modules). Everything it needs is removed again by stop().
 */
export async function startEmbeddedAws(folder: string, extraEnv: Record<string, string> = {}): Promise<EmbeddedAws> {
  const temporary = prepareFolder(folder)
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const log = openSync(join(folder, 'embedded-aws.log'), 'w')
  const child = spawn(join(ROOT, '.venv/bin/ministack'), [], {
    cwd: ROOT,
    stdio: ['ignore', log, log],
    // Its own process group, so that a Ctrl-C in the terminal reaches us first and we can stop in order.
    detached: true,
    env: {
      ...environmentWithoutAws(),
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      TMPDIR: temporary,
      STATE_DIR: join(folder, 'state'),
      S3_DATA_DIR: join(folder, 's3'),
      NODE_OPTIONS: '--disable-warning=DEP0169',
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`,
      ...extraEnv,
    },
  })
  let startError: Error | undefined
  child.once('error', (error) => {
    startError = new Error(`the embedded AWS cannot be started (${error.message}); run "node bin/setup.mjs" first`)
  })
  const stop = () => stopProcessGroup(child)
  try {
    await waitFor('the embedded AWS', 30_000, async () => {
      if (startError) throw startError
      if (child.exitCode !== null)
        throw new Error(`the embedded AWS ended at once; see ${join(folder, 'embedded-aws.log')}`)
      return (await fetch(`${endpoint}/_ministack/ready`).catch(() => undefined))?.ok === true
    })
  } catch (error) {
    await stop()
    throw error
  }
  return {
    endpoint,
    stop,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      ...extraEnv,
    },
  }
}

function prepareFolder(folder: string): string {
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary, { recursive: true })
  for (const entry of readdirSync(temporary)) {
    if (entry.startsWith('ministack-lambda-')) rmSync(join(temporary, entry), { recursive: true, force: true })
  }
  // The emulator's worker is CommonJS: without a package.json of its own the project's "type": "module" would break it.
  writeFileSync(join(temporary, 'package.json'), '{}')
  return temporary
}

/** The person's own AWS settings must never reach the emulator: it hands its environment to every Lambda. */
function environmentWithoutAws(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')))
}

/** SIGTERM to the whole group, SIGKILL for what is left after 5 s. */
export async function stopProcessGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return
  signalGroup(child.pid, 'SIGTERM')
  const ended = () => Promise.resolve(!signalGroup(child.pid ?? 0, 0))
  await waitFor('the process group to end', 5_000, ended).catch(() => signalGroup(child.pid ?? 0, 'SIGKILL'))
}

/** False when no process of the group is left. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}
