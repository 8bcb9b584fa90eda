import type { Command } from 'commander'
import type { Value } from '../../rules/promql/value.ts'
import { ConfigError } from '../config-error.ts'
import { EXIT } from '../exit-code.ts'
import { formatTable } from '../format/table.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { readSamples } from '../live-samples.ts'
import { print, printJson, terminalWidth, withProgress } from '../output.ts'

export function registerRulesEval(rules: Command): void {
  rules
    .command('eval')
    .description('evaluate a PromQL expression on the samples that the deployed fleetwatch keeps')
    .argument('<expression>', 'PromQL, in quotes')
    .option('--at <time>', 'moment of the evaluation, RFC 3339; default: now')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        ["fleetwatch rules eval 'mcp_deployment_status == 0'", 'servers that are down'],
        ["fleetwatch rules eval --at 2026-11-21T09:00:00Z 'rate(mcp_tool_errors_total[5m])'", 'at a past moment'],
      ]),
    )
    .action(async (text: string, options: { at?: string; json?: true }) => {
      const { parseExpression } = await import('../../rules/promql/parse.ts')
      const { selectorsOf } = await import('../../rules/promql/selectors-of.ts')
      const { evaluateInstant } = await import('../../rules/promql/evaluate.ts')
      const at = momentOf(options.at)
      const parsed = parseExpression(text)
      if ('problems' in parsed) throw new ConfigError(explain(text, parsed.problems))
      const backMs = Math.max(0, ...selectorsOf(parsed.expression).map(({ longestMs }) => longestMs))
      const store = await withProgress('reading samples', readSamples(new Date(at.getTime() - backMs), at))
      const value = evaluateInstant(parsed.expression, store, at.getTime())
      if (options.json) printJson(plainValue(value))
      else print(formatResult(value, terminalWidth()))
      process.exitCode = EXIT.healthy
    })
}

function momentOf(text: string | undefined): Date {
  const at = text === undefined ? new Date() : new Date(text)
  if (Number.isNaN(at.getTime())) throw new ConfigError(`"${text}" is no time; expected one like 2026-11-21T09:00:00Z`)
  return at
}

/** The expression with a mark under each fault. */
function explain(text: string, problems: readonly { offset: number; message: string }[]): string {
  return problems
    .map(({ offset, message }) => {
      const start = text.lastIndexOf('\n', offset - 1) + 1
      const line = text.slice(start).split('\n')[0]
      return `the expression is wrong: ${message}\n  ${line}\n  ${' '.repeat(offset - start)}^`
    })
    .join('\n')
}

/** Numbers as texts, since JSON has neither NaN nor Inf. */
function plainValue(value: Value): unknown {
  if (value.type === 'vector') {
    return { type: 'vector', samples: value.samples.map(({ labels, value: one }) => ({ labels, value: String(one) })) }
  }
  if (value.type !== 'matrix') return { type: value.type, value: String(value.value) }
  const series = value.series.map(({ labels, timestamps, values }) => ({
    labels,
    samples: [...timestamps].map((time, index) => [new Date(time).toISOString(), String(values[index])]),
  }))
  return { type: 'matrix', series }
}

/** A result as a table: value, then labels. */
export function formatResult(value: Value, width: number): string {
  if (value.type === 'scalar' || value.type === 'string') return String(value.value)
  const rows =
    value.type === 'vector'
      ? value.samples.map(({ labels, value: one }) => [String(one), labels] as const)
      : value.series.map(({ labels, values }) => [`${values.length} samples`, labels] as const)
  if (rows.length === 0) return 'The result is empty: no series fits.'
  const cells = rows.map(([text, labels]) => [
    text,
    Object.entries(labels)
      .map(([name, label]) => `${name}=${label}`)
      .join(' '),
  ])
  return formatTable([{ title: 'VALUE', align: 'right' }, { title: 'SERIES' }], cells, width)
}
