import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { EXIT } from '../exit-code.ts'
import { examples } from '../help.ts'
import { printJson, tell, withProgress } from '../output.ts'

const EVENTS = join(import.meta.dirname, '../../../events')

export function registerInvoke(program: Command): void {
  program
    .command('invoke')
    .description('run one deployed function by hand and print what it answers')
    .argument('<function>', 'its name, as in functions/: tick, poll, evaluate, …')
    .argument('[file]', 'event to run it with (default: the real one of events/)', parseEvent)
    .addHelpText(
      'after',
      examples([
        ['fleetwatch invoke discover', 'look for servers now'],
        ['fleetwatch invoke tick', 'poll the fleet now instead of at the next minute'],
        ['fleetwatch invoke poll my-event.json', 'with an event of your own'],
      ]),
    )
    .action(async (name: string, given: unknown) => {
      const { findResources } = await import('../../aws/resources.ts')
      const { invokeFunction } = await import('../../aws/functions.ts')
      const resources = await findResources()
      const functionName = resources[`${name.replaceAll('-', '_').toUpperCase()}_FUNCTION`]
      if (!functionName) {
        const names = Object.keys(resources).filter((key) => key.endsWith('_FUNCTION'))
        const known = names.map((key) =>
          key
            .replace(/_FUNCTION$/, '')
            .toLowerCase()
            .replaceAll('_', '-'),
        )
        tell(`fleetwatch: there is no function "${name}"; expected one of: ${known.join(', ')}`)
        process.exitCode = EXIT.usage
        return
      }
      const event = given ?? withTimeOfNow(parseEvent(join(EVENTS, `${name}.json`)))
      const answer = await withProgress(`running ${name}`, invokeFunction(functionName, event))
      printJson(answer.payload)
      process.exitCode = answer.ok ? EXIT.healthy : EXIT.unhealthy
    })
}

/** A schedule's event from the repository is from long ago; run by hand it means now. */
function withTimeOfNow(event: unknown): unknown {
  const time = `${new Date().toISOString().slice(0, 19)}Z`
  return typeof event === 'object' && event !== null && 'time' in event ? { ...event, time } : event
}

function parseEvent(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new InvalidArgumentError(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : error}`)
  }
}
