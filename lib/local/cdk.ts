import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

/** Runs the CDK command line. Its output goes to the log file; when it fails, the end of it is in the error. */
export async function cdk(args: string[], env: Record<string, string>, logFile: string): Promise<void> {
  const child = spawn(join(ROOT, 'node_modules/.bin/cdk'), [...args, '--no-notices', '--no-version-reporting'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...env,
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      NO_COLOR: '1',
    },
  })
  const log = createWriteStream(logFile, { flags: 'a' })
  log.write(`$ cdk ${args.join(' ')}\n`)
  let tail = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log.write(chunk)
      tail = (tail + chunk.toString()).slice(-3000)
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  log.end()
  if (code !== 0) throw new Error(`cdk ${args[0]} failed (exit code ${code}); the end of ${logFile}:\n${tail}`)
}
