import { join } from 'node:path'
import { App, type Stack } from 'aws-cdk-lib'
import { buildStacks } from '../../bin/app.ts'
import { loadConfig } from '../../lib/config/load.ts'

/** The stacks of bin/app.ts with the configuration of the repository, without bundling the functions' code. */
export function builtApp(configFile = 'fleetwatch.yaml'): { app: App; stacks: Stack[] } {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  const { config, problems } = loadConfig(join(import.meta.dirname, '../..', configFile))
  if (!config) throw new Error(JSON.stringify(problems))
  const { stacks } = buildStacks(app, config, { region: 'us-east-1', account: '123456789012' })
  return { app, stacks }
}
