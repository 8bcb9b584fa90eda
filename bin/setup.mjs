#!/usr/bin/env node
// Sets up what the repository needs (npm packages, a Python environment with the embedded AWS), then runs the command it
// is given with Node 24 first on the PATH. Plain JavaScript without dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const PYTHON_PACKAGES = ['ministack==1.5.33', 'cfn-lint==1.58.0']

if (Number(process.versions.node.split('.')[0]) < 20) fail(`Node 20 or newer is needed, this is ${process.version}.`)
step(
  'npm packages',
  join(root, 'node_modules', '.fleetwatch-setup'),
  readFileSync(join(root, 'package-lock.json')),
  () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']),
)
step('embedded AWS (Python environment)', join(root, '.venv', '.fleetwatch-setup'), PYTHON_PACKAGES.join(' '), () => {
  rmSync(join(root, '.venv'), { recursive: true, force: true })
  run(findPython(), ['-m', 'venv', '.venv'])
  run(join('.venv', 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...PYTHON_PACKAGES])
})

const [command, ...args] = process.argv.slice(2)
if (command) {
  const PATH = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH } })
  if (result.error) fail(`${command} could not be started: ${result.error.message}`)
  process.exit(result.status ?? 1)
}

/** Runs `install` unless the marker says that it ran for the same wanted content. */
function step(name, marker, wanted, install) {
  const digest = createHash('sha256').update(wanted).digest('hex')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === digest) return
  const startedAt = Date.now()
  console.error(`setup: installing ${name} …`)
  install()
  writeFileSync(marker, digest)
  console.error(`setup: ${name} ready in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
}

function findPython() {
  for (const python of ['python3', 'python']) {
    const result = spawnSync(python, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'])
    if (result.status === 0) return python
  }
  fail('Python 3.10 or newer with the venv module is needed (on Debian: apt-get install python3-venv).')
}

function run(program, args) {
  // Output goes to stderr: what the command itself prints must stay alone on stdout.
  const result = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (result.status !== 0)
    fail(`${program} ${args.join(' ')} failed${result.error ? `: ${result.error.message}` : ''}.`)
}

function fail(message) {
  console.error(`setup: ${message}`)
  process.exit(1)
}
