import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { cdk } from './cdk.ts'
import { clientSettings } from './client-settings.ts'
import { EcsAgent } from './ecs-agent.ts'
import { type EmbeddedAws, startEmbeddedAws } from './embedded-aws.ts'

/** The stack with types that the embedded AWS lacks (composite alarms, query definitions) stays out: docs/operations.md. */
const STACKS = ['State', 'Observe', 'Judge', 'Tell', 'Costs', 'See'].map((name) => `Fleetwatch-${name}`)

export interface LocalOptions {
  /** Where state, logs and the written configuration go; inside the project. */
  folder: string
  /** fleetwatch.yaml with its rule and alerting files; `${NAME}` in them is replaced. */
  configFolder: string
  replacements: Record<string, string>
  secrets: Record<string, string>
  /** ECS services to deploy, each standing for the MCP server at its endpoint. */
  fleet: Record<string, { endpoint: string; team: string }>
  /** Endpoint of Cost Explorer's stand-in, which the embedded AWS lacks. */
  costExplorerUrl: string
  /** Runs one named step; lets the caller show progress and take times. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>
}

/** A deployed fleetwatch with a fleet to watch, all on this machine. */
export interface LocalFleetwatch {
  aws: EmbeddedAws
  agent: EcsAgent
  configFile: string
  /** Names of tables and functions, as the command line finds them. */
  resources: Record<string, string>
  /** Invokes a deployed function, by its name in functions/, and returns what it answered. */
  invoke(name: string, event: unknown): Promise<unknown>
  stop(): Promise<void>
}

/** Starts the embedded AWS, deploys the fleet and fleetwatch with the real CDK. Leaves nothing behind on failure. */
export async function startLocalFleetwatch(options: LocalOptions): Promise<LocalFleetwatch> {
  const { folder, step } = options
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    await Promise.all(stops.splice(0).map((end) => end()))
  }
  try {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const configFile = writeConfig(options)
    const aws = await step('start the embedded AWS', async () => {
      const started = await startEmbeddedAws(folder, { AWS_ENDPOINT_URL_COST_EXPLORER: options.costExplorerUrl })
      stops.push(started.stop)
      return started
    })
    await step('cdk bootstrap', () => bootstrapAndSynth(aws, options, configFile))
    await step('deploy the fleet', () => deploy(aws, folder, 'fleet', ['--all']))
    await createSecrets(aws.env, options.secrets)
    await step('deploy fleetwatch', () => deploy(aws, folder, 'fleetwatch', STACKS))
    const resources = await readResources(aws.env)
    return {
      aws,
      agent: new EcsAgent(aws.env),
      configFile,
      resources,
      stop,
      invoke: (name, event) => invoke(aws.env, resources, name, event),
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function writeConfig({ folder, configFolder, replacements }: LocalOptions): string {
  const target = join(folder, 'config')
  mkdirSync(target, { recursive: true })
  for (const name of readdirSync(configFolder)) {
    const text = readFileSync(join(configFolder, name), 'utf8')
    writeFileSync(
      join(target, name),
      text.replace(/\$\{([A-Z_]+)\}/g, (placeholder, key) => replacements[key] ?? placeholder),
    )
  }
  return join(target, 'fleetwatch.yaml')
}

/** Synthesis of both apps runs beside the bootstrap: neither needs the other. */
async function bootstrapAndSynth(aws: EmbeddedAws, { folder, fleet }: LocalOptions, configFile: string) {
  const log = (name: string) => join(folder, `cdk-${name}.log`)
  const out = (name: string) => ['--output', join(folder, `${name}.out`)]
  await cdk(
    [
      'synth',
      '--quiet',
      '--app',
      'node lib/local/fleet-app.ts',
      '-c',
      `servers=${JSON.stringify(fleet)}`,
      ...out('fleet'),
    ],
    aws.env,
    log('fleet'),
  )
  await Promise.all([
    cdk(['bootstrap', '--app', join(folder, 'fleet.out')], aws.env, log('bootstrap')),
    cdk(['synth', '--quiet', '-c', `config=${configFile}`, ...out('fleetwatch')], aws.env, log('fleetwatch')),
  ])
}

async function deploy(aws: EmbeddedAws, folder: string, name: string, stacks: string[]): Promise<void> {
  const app = ['--app', join(folder, `${name}.out`)]
  const speed = ['--require-approval', 'never', '--method', 'direct', '--concurrency', '4']
  await cdk(['deploy', ...stacks, ...app, ...speed], aws.env, join(folder, `cdk-${name}.log`))
}

async function createSecrets(env: Record<string, string>, secrets: Record<string, string>): Promise<void> {
  const client = new SecretsManagerClient(clientSettings(env))
  for (const [Name, SecretString] of Object.entries(secrets))
    await client.send(new CreateSecretCommand({ Name, SecretString }))
  await new SESv2Client(clientSettings(env)).send(new CreateEmailIdentityCommand({ EmailIdentity: 'example.com' }))
}

async function readResources(env: Record<string, string>): Promise<Record<string, string>> {
  const answer = await new SSMClient(clientSettings(env)).send(
    new GetParameterCommand({ Name: '/fleetwatch/resources' }),
  )
  return JSON.parse(answer.Parameter?.Value ?? '{}')
}

async function invoke(env: Record<string, string>, resources: Record<string, string>, name: string, event: unknown) {
  const FunctionName = resources[`${name.replaceAll('-', '_').toUpperCase()}_FUNCTION`]
  if (!FunctionName) throw new Error(`no function ${name} is deployed`)
  const answer = await new LambdaClient(clientSettings(env)).send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  )
  const payload = Buffer.from(answer.Payload ?? []).toString()
  if (answer.FunctionError) throw new Error(`${name} failed: ${payload}`)
  return payload === '' ? undefined : JSON.parse(payload)
}
