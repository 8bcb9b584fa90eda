import type { Command } from 'commander'
import type { TestFileResult } from '../../rules/unit-test/run-files.ts'
import { EXIT } from '../exit-code.ts'
import { paint } from '../format/table.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { print, printJson, tell } from '../output.ts'

const PROGRESS_MS = 2000

export function registerRulesTest(rules: Command): void {
  rules
    .command('test')
    .description("run unit tests of rules, in promtool's format")
    .argument('<file...>', 'unit-test files; the rule files they name are found relative to them')
    .option('--run <regexp>', 'only test groups whose name matches')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        [
          'fleetwatch rules test tests/*.yaml',
          'per file what was expected and what was got; exit code 1 if any failed',
        ],
        ['fleetwatch rules test --run "^restart" t.yaml', 'one test group'],
      ]),
    )
    .action(async (paths: string[], options: { json?: true; run?: string }) => {
      const { runTestFiles } = await import('../../rules/unit-test/run-files.ts')
      const results: TestFileResult[] = []
      let toldAt = Date.now()
      for (const result of runTestFiles(paths, options.run)) {
        results.push(result)
        if (!options.json) print(formatResult(result))
        if (Date.now() - toldAt > PROGRESS_MS) {
          toldAt = Date.now()
          tell(`… ${results.length} of ${paths.length} files`)
        }
      }
      const failed = results.filter(({ failures }) => failures.length > 0).length
      if (options.json) printJson({ ok: failed === 0, files: results })
      else tell(`files: ${results.length}, failed: ${failed}`)
      process.exitCode = failed > 0 ? EXIT.unhealthy : EXIT.healthy
    })
}

/** One line for a file that passed, else what was expected and got, indented. */
export function formatResult({ file, tests, warnings, failures }: TestFileResult): string {
  const lines = warnings.map((warning) => `${file}: warning: ${warning}`)
  if (failures.length === 0) return [...lines, `${file}: ${paint('green', 'ok')} (tests: ${tests})`].join('\n')
  const told = failures.map(({ test, message }) => indent(`${test ? `${test}: ` : ''}${message}`))
  return [...lines, `${file}: ${paint('red', 'FAILED')}`, ...told].join('\n')
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? '  ' : '      ') + line)
    .join('\n')
}
