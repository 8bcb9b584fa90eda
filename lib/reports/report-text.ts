import type { DailyReport } from './daily-report.ts'

/** The report as plain text: for the e-mail's text part and for the terminal. */
export function reportText(report: DailyReport): string {
  const { health, alerts, costs } = report
  const sections = [
    [report.title, report.headline],
    [
      `HEALTH  ${health.summary}`,
      ...columns(health.troubled.map(({ server, state, message }) => [server, state, message])),
      ...indented(health.more),
    ],
    [
      `ALERTS  ${alerts.summary}`,
      ...columns(
        alerts.firing.map(({ severity, alert, server, since, message }) => [severity, alert, server, since, message]),
      ),
      ...indented(alerts.more),
    ],
    [`COSTS  ${costs.summary}`],
    table(
      ['budget', 'of', 'amount', 'spent', 'used', 'forecast', 'state'],
      costs.budgets.map(({ budget, of, amount, spent, used, forecast, state }) => [
        budget,
        of,
        amount,
        spent,
        used,
        forecast,
        state,
      ]),
    ),
    [
      ...table(
        ['server', 'so far', 'forecast', 'a day', 'yesterday', 'from'],
        costs.servers.map(({ server, soFar, forecast, perDay, yesterday, from }) => [
          server,
          soFar,
          forecast,
          perDay,
          yesterday,
          from,
        ]),
      ),
      ...indented(costs.more),
    ],
    costs.notes.map((note) => `Note: ${note}`),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

function table(titles: string[], rows: string[][]): string[] {
  return rows.length > 0 ? columns([titles, ...rows]) : []
}

/** Left-aligned columns, indented; the last one is not padded. Amounts and ratios (and their titles) are right-aligned. */
function columns(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  const isNumber = widths.map(
    (_, index) => rows.length > 1 && rows.slice(1).every((row) => /^(<?-?\$|\d+ %$|–$)/.test(row[index] ?? '')),
  )
  return rows.map((row) => {
    const cells = row.map((text, index) => {
      const width = widths[index] ?? 0
      return isNumber[index] ? text.padStart(width) : text.padEnd(width)
    })
    return `  ${cells.join('  ')}`.trimEnd()
  })
}

function indented(line: string | undefined): string[] {
  return line === undefined ? [] : [`  ${line}`]
}
