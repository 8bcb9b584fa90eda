import type { Command } from 'commander'
import { formatProblem, hasErrors, type Problem } from '../../model/problem.ts'
import { EXIT } from '../exit-code.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { print, printJson, tell } from '../output.ts'
import { isSource, readSource } from '../rule-sources.ts'

export function registerRulesCheck(rules: Command): void {
  rules
    .command('check')
    .description('check rule files as the deploy does: one line per problem')
    .argument('<file...>', 'Prometheus rule files, or the short form "alerts:"')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        ['fleetwatch rules check rules/*.yaml', 'file:line:column: what is wrong; exit code 1 on any error'],
        ['fleetwatch rules check --json rules.yaml', 'for programs'],
      ]),
    )
    .action(async (paths: string[], options: { json?: true }) => {
      const { loadRules } = await import('../../rules/load-rules.ts')
      const { LONGEST_RANGE_MS } = await import('../../rules/limits.ts')
      const read = paths.map(readSource)
      const unreadable = read.filter((one): one is Problem => !isSource(one))
      const { groups, problems } = loadRules(read.filter(isSource), { longestRangeMs: LONGEST_RANGE_MS })
      const all = [...unreadable, ...problems]
      const count = groups.reduce((sum, group) => sum + group.rules.length, 0)
      if (options.json) printJson({ ok: !hasErrors(all), rules: count, problems: all })
      else for (const problem of all) print(formatProblem(problem))
      if (!options.json) tell(summary(paths.length, count, all))
      process.exitCode = hasErrors(all) ? EXIT.unhealthy : EXIT.healthy
    })
}

function summary(files: number, rules: number, problems: Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const found = errors + warnings === 0 ? 'no problem' : `errors: ${errors}, warnings: ${warnings}`
  return `files: ${files}, rules: ${rules}, ${found}`
}
