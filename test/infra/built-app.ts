import { join } from 'node:path'
import { App, type Stack } from 'aws-cdk-lib'
import { buildStacks } from '../../bin/app.ts'
import { type Config, loadConfig } from '../../lib/config/load.ts'

/** The configuration of the repository. */
export function theConfig(): Config {
  const { config, problems } = loadConfig(join(import.meta.dirname, '../../fleetwatch.yaml'))
  if (!config) throw new Error(JSON.stringify(problems))
  return config
}

/** The stacks of bin/app.ts with that configuration, without bundling the functions' code. */
export function builtApp(): { app: App; stacks: Stack[] } {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  const { stacks } = buildStacks(app, theConfig(), { region: 'us-east-1', account: '123456789012' })
  return { app, stacks }
}
