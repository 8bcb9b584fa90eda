#!/usr/bin/env node
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, type Environment, type Stack, Tags } from 'aws-cdk-lib'
import type { Config } from '../lib/config/load.ts'
import { loadConfigOrExit } from '../lib/config/load-or-exit.ts'
import { printOwnBill } from '../lib/infra/print-own-bill.ts'
import { CostsStack } from '../lib/infra/stacks/costs-stack.ts'
import { JudgeStack } from '../lib/infra/stacks/judge-stack.ts'
import { ObserveStack } from '../lib/infra/stacks/observe-stack.ts'
import { SeeStack } from '../lib/infra/stacks/see-stack.ts'
import { StateStack } from '../lib/infra/stacks/state-stack.ts'
import { TellStack } from '../lib/infra/stacks/tell-stack.ts'
import { WatchdogStack } from '../lib/infra/stacks/watchdog-stack.ts'

if (import.meta.main) {
  const app = new App()
  // A configuration with a fault stops here, before anything is built.
  const config = loadConfigOrExit(app.node.tryGetContext('config') ?? 'fleetwatch.yaml')
  const env = { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION }
  const { alarms, queues } = buildStacks(app, config, env)
  printOwnBill(config, { alarms, queues })
}

/** All stacks in the order of the data (docs/architecture.md has the same numbers). */
export function buildStacks(app: App, config: Config, env: Environment) {
  // 0. The validated configuration, which every function is bundled with.
  const configFile = join(app.outdir, 'fleetwatch-config.json')
  writeFileSync(configFile, JSON.stringify(config))
  // What stands between the stages: tables, the evaluation queue, the notifications topic.
  const state = new StateStack(app, 'Fleetwatch-State', { env })
  const stage = { env, config, configFile, state }
  // 1. Observe: ECS → discover → tick → poll → samples.
  const observe = new ObserveStack(app, 'Fleetwatch-Observe', stage)
  // 2. Judge: samples → evaluate → alerts and notifications.
  const judge = new JudgeStack(app, 'Fleetwatch-Judge', stage)
  // 3. Tell: notifications → one queue and function per channel.
  const tell = new TellStack(app, 'Fleetwatch-Tell', stage)
  // 4. Costs: Cost Explorer → costs, and the daily report.
  const costs = new CostsStack(app, 'Fleetwatch-Costs', stage)
  // 5. See: dashboard, and what the command line reads.
  const stages = [observe, judge, tell, costs]
  const handlers = stages.flatMap((stack) => stack.handlers)
  const deadLetters = stages.flatMap((stack) => stack.deadLetters)
  const see = new SeeStack(app, 'Fleetwatch-See', { env, config, state, handlers })
  // 6. Watchdog: native alarms that page when all of the above is dead.
  const evaluations = state.evaluations.queue
  const watchdog = new WatchdogStack(app, 'Fleetwatch-Watchdog', { env, config, handlers, deadLetters, evaluations })

  Tags.of(app).add('app', 'fleetwatch')
  const stacks: Stack[] = [state, ...stages, see, watchdog]
  return { stacks, alarms: watchdog.alarmCount, queues: deadLetters.length }
}
