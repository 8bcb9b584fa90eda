#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { startCostExplorer } from './cost-explorer-server.ts'
import { demoBudgets, demoCosts } from './demo-costs.ts'
import { type Inbox, startInbox } from './inbox.ts'
import { type LocalFleetwatch, startLocalFleetwatch } from './local-fleetwatch.ts'
import { MCP_SERVERS, type McpProcess, startMcpServer } from './mcp-servers.ts'
import { tellStory } from './story.ts'
import { waitFor } from './wait-for.ts'

const HELP = `npm run demo [-- --exit]

Deploys fleetwatch and a fleet of real MCP servers into an embedded AWS on this machine, and plays an outage.
In a terminal everything stays up at the end until Ctrl-C; without one, or with --exit, it stops and exits with
0, or with 1 and the step that failed. State and logs stay in .local/demo.`

const { values: options } = parseArgs({ options: { exit: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } })
if (options.help) {
  console.log(HELP)
  process.exit(0)
}

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(ROOT, '.local/demo')
const VICTIM = 'files'
const story = tellStory(process.stdout)
const stops: (() => Promise<unknown>)[] = []
// Ctrl-C must not leave servers behind, whatever is going on.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().then(() => process.exit(130)))

try {
  await play()
  await stopAll()
} catch (error) {
  await stopAll()
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : error}\nLogs: ${relative('.', FOLDER)}`)
  process.exit(1)
}

async function play(): Promise<void> {
  story.say('fleetwatch: five MCP servers on (embedded) ECS, one of them will fail.\n')
  const inbox = await startInbox()
  const costExplorer = await startCostExplorer({ costsOf: demoCosts })
  stops.push(inbox.stop, costExplorer.stop)
  const servers = await story.step('start five MCP servers', startServers)
  const budgets = demoBudgets(new Date())
  const local = await startLocalFleetwatch({
    folder: FOLDER,
    configFolder: join(import.meta.dirname, 'demo-config'),
    replacements: {
      PAGERDUTY_URL: inbox.urls.pagerduty,
      WEBHOOK_URL: inbox.urls.webhook,
      FLEET_BUDGET: budgets.fleet,
      FILES_BUDGET: budgets.files,
    },
    secrets: inbox.secrets,
    fleet: Object.fromEntries(
      [...servers].map(([name, { endpoint, server }]) => [name, { endpoint, team: server.team }]),
    ),
    costExplorerUrl: costExplorer.url,
    step: story.step,
  })
  stops.push(local.stop)
  inbox.watchEmail(local.aws.endpoint)

  story.say('\n1. All healthy')
  await story.step('discover the servers and poll them', () => firstPoll(local))
  fleetwatch(local, 'status')

  story.say(`\n2. The process of "${VICTIM}" is killed`)
  await story.step('alert pending', async () => {
    await servers.get(VICTIM)?.kill()
    await local.agent.taskEnded(VICTIM, 137)
    await alertIs(local, 'pending')
  })
  fleetwatch(local, 'alerts')
  await story.step('alert firing', () => alertIs(local, 'firing'))
  fleetwatch(local, 'alerts')
  await story.step('the pages arrive', () => inbox.received('McpServerDown', 'firing'))
  show(inbox)

  story.say('\n3. The server comes back')
  await story.step('every receiver hears of it', async () => {
    await servers.get(VICTIM)?.start()
    await local.agent.taskStarted(VICTIM)
    await inbox.received('McpServerDown', 'resolved')
  })
  show(inbox)

  story.say('\n4. What it costs')
  await story.step('the budget alert arrives', async () => {
    await local.invoke('track-costs', scheduled('track-costs'))
    await local.invoke('tick', scheduled('tick'))
    await inbox.received('BudgetExceeded', 'firing', ['slack', 'webhook', 'email'])
  })
  show(inbox)
  await story.step('the daily report arrives', async () => {
    await local.invoke('report', scheduled('report'))
    await inbox.reportReceived()
  })
  show(inbox)
  fleetwatch(local, 'costs')

  story.say(`\nSeconds per step\n${story.times()}`)
  if (process.stdout.isTTY && !options.exit) await stayUp(local)
}

async function startServers(): Promise<Map<string, McpProcess>> {
  const started = await Promise.all(
    MCP_SERVERS.map(async (server) => {
      const running = await startMcpServer(server, join(FOLDER, '../demo-servers', server.name))
      stops.push(running.kill)
      return running
    }),
  )
  return new Map(started.map((running) => [running.server.name, running]))
}

/** The first tick of a new rule comes a minute after its creation; the demo does not wait for it. */
async function firstPoll(local: LocalFleetwatch): Promise<void> {
  await local.invoke('discover', scheduled('discover'))
  await local.invoke('tick', scheduled('tick'))
  await waitFor('a verdict on every server', 60_000, async () => {
    const { servers } = JSON.parse(run(local, ['status', '--json']).stdout) as { servers: { health: string }[] }
    return servers.length === MCP_SERVERS.length && servers.every(({ health }) => health === 'healthy')
  })
}

async function alertIs(local: LocalFleetwatch, state: string): Promise<void> {
  await waitFor(`the alert to be ${state}`, 120_000, async () => {
    const { alerts } = JSON.parse(run(local, ['alerts', '--json']).stdout) as {
      alerts: { state: string; labels: Record<string, string> }[]
    }
    return alerts.some((alert) => alert.labels.deployment === VICTIM && alert.state === state)
  })
}

function scheduled(id: string) {
  return { id, time: `${new Date().toISOString().slice(0, 19)}Z` }
}

/** Runs the command line as a person would, and shows what they would see. */
function fleetwatch(local: LocalFleetwatch, ...args: string[]): void {
  story.say(`\n$ npx fleetwatch ${args.join(' ')}`)
  story.say(run(local, args).stdout)
}

function run(local: LocalFleetwatch, args: string[]) {
  const env = { ...process.env, ...local.aws.env }
  return spawnSync(process.execPath, [join(ROOT, 'bin/fleetwatch.ts'), ...args], { env, encoding: 'utf8' })
}

function show(inbox: Inbox): void {
  for (const line of inbox.unread()) story.say(line)
}

async function stayUp({ aws, configFile }: LocalFleetwatch): Promise<void> {
  const settings = Object.entries(aws.env).map(([name, value]) => `export ${name}=${value}`)
  story.say(`\nEverything stays up until Ctrl-C. In another terminal:\n\n  ${settings.join('\n  ')}\n`)
  for (const command of [
    'status',
    'alerts',
    'discover --explain',
    'costs',
    'report',
    `config check ${relative('.', configFile)}`,
  ]) {
    story.say(`  npx fleetwatch ${command}`)
  }
  await once(process.stdin.resume(), 'end')
}

async function stopAll(): Promise<void> {
  await Promise.all(stops.splice(0).map((stop) => stop()))
}
