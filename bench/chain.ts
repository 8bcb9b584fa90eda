#!/usr/bin/env node
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { listServers, listVerdicts, saveRegistry } from '../lib/aws/servers-table.ts'
import { startCostExplorer } from '../lib/local/cost-explorer-server.ts'
import { freePort } from '../lib/local/free-port.ts'
import { type LocalFleetwatch, startLocalFleetwatch } from '../lib/local/local-fleetwatch.ts'
import { MCP_SERVERS, type McpProcess, startMcpServer } from '../lib/local/mcp-servers.ts'
import { startSlack } from '../lib/local/receivers/slack.ts'
import { waitFor } from '../lib/local/wait-for.ts'
import { startFleetServer } from '../test/support/fleet-server.ts'

const HELP = `npm run bench [-- --quick]

Measures fleetwatch on this machine, in the embedded AWS, and prints JSON on stdout: seconds from killing a server to the
Slack message by both paths, a poll of 50 servers, size and import time of each function, and seconds from a clean clone
to the first page. --quick leaves the clone out.`

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
})
if (options.help) {
  console.log(HELP)
  process.exit(0)
}

const ROOT = join(import.meta.dirname, '..')
const FOLDER = join(ROOT, '.local/bench')
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const progress = (text: string) => console.error(`… ${text}`)

const chain = await measureChain()
const poll = await measurePoll(50)
const clone = options.quick ? undefined : measureClone()
console.log(
  JSON.stringify(
    {
      at: new Date().toISOString(),
      node: process.version,
      killToSlackSeconds: chain.killToSlack,
      pollOf50Servers: poll,
      functions: chain.functions,
      ...(clone && { cleanCloneSeconds: clone }),
    },
    null,
    2,
  ),
)

async function measureChain() {
  const slack = await startSlack()
  const costExplorer = await startCostExplorer({ costsOf: () => [] })
  const server = MCP_SERVERS[0]
  if (!server) throw new Error('no MCP server to kill')
  const running = await startMcpServer(server, join(FOLDER, '../bench-server'))
  progress('deploying into the embedded AWS')
  const local = await startLocalFleetwatch({
    folder: FOLDER,
    configFolder: join(ROOT, 'test/support/stack-config'),
    replacements: {
      PAGERDUTY_URL: `http://127.0.0.1:${await freePort()}/`,
      WEBHOOK_URL: `http://127.0.0.1:${await freePort()}/`,
    },
    secrets: { 'fleetwatch/slack': slack.hook },
    fleet: { everything: { endpoint: running.endpoint, team: 'bench' } },
    costExplorerUrl: costExplorer.url,
    step: (_name, work) => work(),
  })
  try {
    Object.assign(process.env, local.aws.env, local.resources)
    await local.invoke('discover', { id: 'bench' })
    // A task that has just started is excused; these have run for long.
    const servers = await listServers()
    const put = servers.map((known) => ({ ...known, oldestTaskStartedAt: '2026-01-01T00:00:00.000Z' }))
    await saveRegistry({ put, remove: [] })
    const eventPath: number[] = []
    for (let run = 0; run < 5; run++) eventPath.push(await killToSlack(local, running, slack, true))
    const schedulePath: number[] = []
    for (let run = 0; run < 2; run++) schedulePath.push(await killToSlack(local, running, slack, false))
    return {
      killToSlack: {
        eventPath: { median: median(eventPath), runs: eventPath, goal: 5 },
        schedulePath: { median: median(schedulePath), runs: schedulePath, goal: 75 },
      },
      functions: measureFunctions(),
    }
  } finally {
    await Promise.all([local.stop(), running.kill(), costExplorer.stop(), slack[Symbol.asyncDispose]()])
  }
}

/** Seconds from the kill to the message. On the schedule path ECS says nothing, and the next tick finds it out. */
async function killToSlack(
  local: LocalFleetwatch,
  server: McpProcess,
  slack: Awaited<ReturnType<typeof startSlack>>,
  withEvent: boolean,
): Promise<number> {
  progress(`kill to Slack by ${withEvent ? 'event' : 'schedule'}`)
  await waitFor('a healthy verdict', 150_000, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await local.invoke('tick', { id: 'bench', time: `${new Date().toISOString().slice(0, 19)}Z` })
    return (await listVerdicts()).get('everything')?.health === 'healthy'
  })
  const before = slack.received.length
  const killedAt = Date.now()
  await server.kill()
  if (withEvent) await local.agent.taskEnded('everything', 137)
  await slack.waitFor(before + 1, 150_000)
  const seconds = ((slack.received[before]?.at.getTime() ?? Number.NaN) - killedAt) / 1000
  await server.start()
  await local.agent.taskStarted('everything')
  await slack.waitFor(before + 2, 150_000)
  return seconds
}

/** Size of each bundle and the median of five imports in a new process. */
function measureFunctions() {
  const out = join(FOLDER, 'fleetwatch.out')
  const functions = ['Observe', 'Judge', 'Tell', 'Costs'].flatMap((stack) => {
    const { Resources } = JSON.parse(readFileSync(join(out, `Fleetwatch-${stack}.template.json`), 'utf8')) as {
      Resources: Record<string, { Type: string; Properties: { Description: string; Code: { S3Key: string } } }>
    }
    return Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function')
  })
  return Object.fromEntries(
    functions.map(({ Properties }) => {
      const file = join(out, `asset.${Properties.Code.S3Key.replace(/\.zip$/, '')}`, 'index.mjs')
      const script = `const t = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - t); process.exit(0)`
      const env = { ...process.env, AWS_REGION: 'us-east-1' }
      const runs = Array.from({ length: 5 }, () =>
        Number(spawnSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' }).stdout),
      )
      const name = Properties.Description.replace('fleetwatch ', '')
      return [name, { minifiedKiB: Math.round(readFileSync(file).length / 1024), importMs: Math.round(median(runs)) }]
    }),
  )
}

/** One poll of so many servers in a process of its own: wall, CPU and peak memory. */
async function measurePoll(count: number) {
  progress(`poll of ${count} servers`)
  const fleet = await startFleetServer(count)
  try {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'poll-once.ts'), ...fleet.urls], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    for await (const chunk of child.stdout) text += chunk
    return { ...JSON.parse(text), sessionsLeft: fleet.sessions(), memoryGoalMiB: 256 }
  } finally {
    fleet.close()
  }
}

/** Clones the last commit into an empty folder and runs the README's first command. */
function measureClone() {
  progress('clean clone to first page (some minutes)')
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatch-clone-'))
  try {
    const startedAt = Date.now()
    spawnSync('git', ['clone', '--quiet', ROOT, folder])
    const demo = spawnSync('npm', ['run', 'demo', '--', '--exit'], { cwd: folder, encoding: 'utf8' })
    const total = (Date.now() - startedAt) / 1000
    const steps = [...demo.stdout.matchAll(/^ {2}(\S.*?) +([\d.]+) s$/gm)].map(
      ([, name = '', seconds]) => [name, Number(seconds)] as const,
    )
    const afterPages = steps.slice(steps.findIndex(([name]) => name === 'the pages arrive') + 1)
    const later = afterPages.filter(([name]) => name !== 'total').reduce((sum, [, seconds]) => sum + seconds, 0)
    return { exitCode: demo.status, toFirstPage: Math.round(total - later), wholeDemo: Math.round(total), goal: 240 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
