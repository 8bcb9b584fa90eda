import { formatDuration } from '../../model/duration.ts'
import type { Backtest } from '../../rules/backtest.ts'
import { formatTable } from './table.ts'

/** Firings as a table, oldest first, and how often each alert would have fired. */
export function formatBacktest({ evaluations, firings, failures }: Backtest, toMs: number, width: number): string {
  const failed = failures.map(({ rule, message, times }) => `Rule ${rule} failed ${times} times: ${message}`)
  if (firings.length === 0) return [...failed, `Nothing would have fired in ${evaluations} evaluations.`].join('\n')
  const rows = firings.map(({ alert, labels, fromMs, toMs: endMs }) => [
    alert,
    new Date(fromMs).toISOString().slice(0, 19).replace('T', ' '),
    endMs === undefined ? `${lasting(toMs - fromMs)}, still firing` : lasting(endMs - fromMs),
    Object.entries(labels)
      .filter(([name]) => name !== 'alertname')
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  ])
  const titles = ['ALERT', 'FROM (UTC)', 'FOR', 'LABELS'].map((title) => ({ title }))
  const alerts = new Set(firings.map(({ alert }) => alert)).size
  const total = `Firings: ${firings.length}, of alerts: ${alerts}, in ${evaluations} evaluations.`
  return [...failed, formatTable(titles, rows, width), '', total].join('\n')
}

function lasting(ms: number): string {
  return formatDuration(Math.round(ms / 1000) * 1000)
}
