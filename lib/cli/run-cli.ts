import { Command, CommanderError } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { registerAlerts } from './commands/alerts.ts'
import { registerConfig } from './commands/config.ts'
import { registerCosts } from './commands/costs.ts'
import { registerDiscover } from './commands/discover.ts'
import { registerDrift } from './commands/drift.ts'
import { registerInvoke } from './commands/invoke.ts'
import { registerProbe } from './commands/probe.ts'
import { registerReport } from './commands/report.ts'
import { registerRules } from './commands/rules.ts'
import { registerStatus } from './commands/status.ts'
import { EXIT } from './exit-code.ts'
import { explainError } from './explain-error.ts'
import { examples } from './help.ts'
import { tell } from './output.ts'

/**
 * Runs one command line and sets the process's exit code: 0 healthy, 1 unhealthy or failed, 2 usage or configuration,
 * 3 degraded. Commands load what they need when they run, so that help comes at once.
 */
export async function runCli(args: readonly string[], endpoint: string | undefined): Promise<void> {
  try {
    await buildProgram().parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its message; asked-for help and version are no fault.
      process.exitCode = error.exitCode === 0 ? EXIT.healthy : EXIT.usage
      return
    }
    const { text, exitCode } = explainError(error, endpoint)
    tell(`fleetwatch: ${text}`)
    process.exitCode = exitCode
  }
}

function buildProgram(): Command {
  const program = new Command('fleetwatch')
    .description('Monitoring for fleets of MCP servers on Amazon ECS.')
    .version(packageJson.version, '-V, --version')
    .exitOverride()
    .showHelpAfterError('(run with --help for usage and examples)')
    .addHelpText(
      'after',
      [
        examples([
          ['fleetwatch status', 'health of the fleet'],
          ['fleetwatch alerts', 'what fires'],
          ['fleetwatch config check', 'before a deploy'],
        ]),
        '',
        'Exit codes: 0 healthy, 1 unhealthy or failed, 2 usage or configuration, 3 degraded.',
        'Reads the account and Region of AWS_PROFILE and AWS_REGION; AWS_ENDPOINT_URL points it at an emulator.',
      ].join('\n'),
    )
  for (const register of [
    registerStatus,
    registerAlerts,
    registerProbe,
    registerDrift,
    registerDiscover,
    registerCosts,
    registerReport,
    registerRules,
    registerConfig,
    registerInvoke,
  ])
    register(program)
  return program
}
