import type { Command } from 'commander'
import { formatProblem, hasErrors } from '../../model/problem.ts'
import { EXIT } from '../exit-code.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { print, printJson, tell } from '../output.ts'

export function registerConfig(program: Command): void {
  const config = program.command('config').description('check the configuration, or print its schema')
  config
    .command('check')
    .description('check fleetwatch.yaml, its rule files and its alerting file, as the deploy does')
    .argument('[file]', 'configuration file', 'fleetwatch.yaml')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        ['fleetwatch config check', 'one line per fault: file:line:column: what is wrong; exit code 2'],
        ['fleetwatch config check prod/fleetwatch.yaml', 'another file'],
      ]),
    )
    .action(async (file: string, options: { json?: true }) => {
      const { loadConfig } = await import('../../config/load.ts')
      const { config: loaded, problems } = loadConfig(file)
      if (options.json) printJson({ file, ok: !hasErrors(problems), problems })
      else for (const problem of problems) print(formatProblem(problem))
      if (hasErrors(problems) || !loaded) process.exitCode = EXIT.usage
      else if (!options.json)
        tell(`${file}: ok (rule groups: ${loaded.groups.length}, receivers: ${loaded.alerting.receivers.length})`)
    })
  config
    .command('schema')
    .description('print the JSON Schema of fleetwatch.yaml, for editors')
    .addHelpText('after', examples([['fleetwatch config schema > fleetwatch.schema.json', 'completion in editors']]))
    .action(async () => {
      const z = await import('zod')
      const { FleetwatchYaml } = await import('../../config/schema.ts')
      printJson(z.toJSONSchema(FleetwatchYaml, { io: 'input', reused: 'ref' }))
    })
}
