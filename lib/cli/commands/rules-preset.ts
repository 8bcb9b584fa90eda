import type { Command } from 'commander'
import { ConfigError } from '../config-error.ts'
import { formatTable } from '../format/table.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { print, printJson, terminalWidth } from '../output.ts'

export function registerRulesPreset(rules: Command): void {
  const preset = rules.command('preset').description('rule files that come with fleetwatch')
  preset
    .command('list')
    .description('names of the presets and what they are for')
    .option(...JSON_OPTION)
    .addHelpText('after', examples([['fleetwatch rules preset list', 'one line per preset']]))
    .action(async (options: { json?: true }) => {
      const { isPreset, PRESETS, readPreset } = await import('../../rules/presets.ts')
      const { loadRules } = await import('../../rules/load-rules.ts')
      const presets = Object.entries(PRESETS).map(([name, purpose]) => {
        const text = isPreset(name) ? readPreset(name) : ''
        const { groups } = loadRules([{ path: name, text }], { longestRangeMs: Number.POSITIVE_INFINITY })
        return { name, purpose, rules: groups.reduce((sum, group) => sum + group.rules.length, 0) }
      })
      if (options.json) return printJson(presets)
      const columns = [{ title: 'PRESET' }, { title: 'RULES', align: 'right' as const }, { title: 'FOR' }]
      print(
        formatTable(
          columns,
          presets.map(({ name, purpose, rules: count }) => [name, String(count), purpose]),
          terminalWidth(),
        ),
      )
    })
  preset
    .command('show')
    .description('print a preset: a Prometheus rule file, to keep and change')
    .argument('<name>', 'name of the preset')
    .addHelpText(
      'after',
      examples([
        ['fleetwatch rules preset show servers > rules/servers.yaml', 'a copy of your own'],
        ['rules: ["preset:servers"]', 'in fleetwatch.yaml: the preset as it is'],
      ]),
    )
    .action(async (name: string) => {
      const { isPreset, PRESETS, readPreset } = await import('../../rules/presets.ts')
      const { didYouMean } = await import('../../config/suggest.ts')
      if (!isPreset(name)) {
        throw new ConfigError(`there is no preset "${name}"${didYouMean(name, Object.keys(PRESETS))}`)
      }
      print(readPreset(name).trimEnd())
    })
}
