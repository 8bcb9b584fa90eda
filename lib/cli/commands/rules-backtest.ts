import type { Command } from 'commander'
import { formatProblem, hasErrors } from '../../model/problem.ts'
import type { RuleGroup } from '../../model/rule.ts'
import { ConfigError } from '../config-error.ts'
import { EXIT } from '../exit-code.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { readSamples } from '../live-samples.ts'
import { print, printJson, tell, terminalWidth, withProgress } from '../output.ts'
import { isSource, readSource } from '../rule-sources.ts'

interface Options {
  since: string
  step: string
  config: string
  json?: true
}

export function registerRulesBacktest(rules: Command): void {
  rules
    .command('backtest')
    .description('what would have fired when, and for how long, on the samples that are kept')
    .argument('[file...]', 'rule files to try; default: those of the configuration')
    .option('--since <duration>', 'how far to go back', '24h')
    .option('--step <duration>', 'time between two evaluations', '1m')
    .option('--config <file>', 'configuration whose rules are tried when no file is given', 'fleetwatch.yaml')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        ['fleetwatch rules backtest --since 24h', 'the rules as they are'],
        ['fleetwatch rules backtest --since 6h draft.yaml', 'a rule before it goes live'],
      ]),
    )
    .action(async (paths: string[], options: Options) => {
      const { backtest } = await import('../../rules/backtest.ts')
      const { formatBacktest } = await import('../format/backtest.ts')
      const { RAW_RANGE_MS } = await import('../../rules/limits.ts')
      const sinceMs = await duration('--since', options.since)
      const stepMs = await duration('--step', options.step)
      const groups = await rulesToTry(paths, options.config, RAW_RANGE_MS)
      const toMs = Date.now()
      const fromMs = toMs - sinceMs
      const store = await withProgress('reading samples', readSamples(new Date(fromMs - RAW_RANGE_MS), new Date(toMs)))
      const result = backtest(groups, store, { fromMs, toMs, stepMs }, { externalLabels: {}, externalUrl: '' })
      if (options.json) printJson(result)
      else print(formatBacktest(result, toMs, terminalWidth()))
      process.exitCode = EXIT.healthy
    })
}

async function duration(option: string, text: string): Promise<number> {
  const { parseDuration } = await import('../../model/duration.ts')
  const durationMs = parseDuration(text)
  if (durationMs) return durationMs
  throw new ConfigError(`${option} ${text}: expected a duration such as 30m or 24h`)
}

async function rulesToTry(paths: string[], config: string, longestRangeMs: number): Promise<RuleGroup[]> {
  const { loadRules } = await import('../../rules/load-rules.ts')
  const { loadConfig } = await import('../../config/load.ts')
  const read = paths.map(readSource)
  const { groups, problems } =
    paths.length > 0
      ? loadRules(read.filter(isSource), { longestRangeMs })
      : ((loaded) => ({ groups: loaded.config?.groups ?? [], problems: loaded.problems }))(loadConfig(config))
  const all = [...read.flatMap((one) => (isSource(one) ? [] : [one])), ...problems]
  for (const problem of all) tell(formatProblem(problem))
  if (hasErrors(all)) throw new ConfigError('the rules cannot be tried; mend the lines above')
  return groups
}
