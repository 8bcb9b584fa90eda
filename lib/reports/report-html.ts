import { escapeHtml } from '../channels/email.ts'
import type { DailyReport } from './daily-report.ts'

const COLOURS = { good: '#1a7f37', warning: '#9a6700', bad: '#cf222e' } as const
const STATE_COLOURS: Record<string, string> = {
  within: COLOURS.good,
  warning: COLOURS.warning,
  'forecast to exceed': COLOURS.warning,
  exceeded: COLOURS.bad,
  critical: COLOURS.bad,
}
const CELL = 'padding:4px 12px 4px 0;border-bottom:1px solid #d8dee4;vertical-align:top;'

/** The report as an HTML e-mail: tables and inline styles only, since mail programs drop the rest. */
export function reportHtml(report: DailyReport): string {
  const { health, alerts, costs } = report
  const body = [
    `<h1 style="font-size:18px;margin:0 0 4px">${escapeHtml(report.title)}</h1>`,
    `<p style="font-size:15px;margin:0 0 16px;padding:8px 12px;border-left:4px solid ${COLOURS[report.tone]};background:#f6f8fa">${escapeHtml(report.headline)}</p>`,
    section('Health', health.summary),
    table(
      [],
      health.troubled.map(({ server, state, message }) => [server, state, message]),
    ),
    line(health.more),
    section('Alerts', alerts.summary),
    table(
      [],
      alerts.firing.map(({ severity, alert, server, since, message }) => [severity, alert, server, since, message]),
    ),
    line(alerts.more),
    section('Costs', costs.summary),
    table(
      ['Budget', 'Of', 'Amount', 'Spent', 'Used', 'Forecast', 'State'],
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
    table(
      ['Server', 'So far', 'Forecast', 'A day', 'Yesterday', 'From'],
      costs.servers.map(({ server, soFar, forecast, perDay, yesterday, from }) => [
        server,
        soFar,
        forecast,
        perDay,
        yesterday,
        from,
      ]),
    ),
    line(costs.more),
    ...costs.notes.map((note) => `<p style="margin:8px 0;font-size:13px;color:#57606a">Note: ${escapeHtml(note)}</p>`),
  ]
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"></head>',
    '<body style="margin:0;padding:16px;font-family:Helvetica,Arial,sans-serif;font-size:14px;color:#1f2328;background:#ffffff">',
    ...body.filter((part) => part !== ''),
    '</body></html>',
  ].join('\n')
}

function section(title: string, summary: string): string {
  return `<h2 style="font-size:15px;margin:20px 0 4px">${title}</h2><p style="margin:0 0 8px">${escapeHtml(summary)}</p>`
}

function table(titles: string[], rows: string[][]): string {
  if (rows.length === 0) return ''
  const head = titles.map((title, index) => cell('th', title, alignOf(rows, index)))
  const body = rows.map(
    (row) => `<tr>${row.map((text, index) => cell('td', text, alignOf(rows, index))).join('')}</tr>`,
  )
  const headRow = titles.length > 0 ? `<tr>${head.join('')}</tr>` : ''
  return `<table cellpadding="0" cellspacing="0" style="border-collapse:collapse;margin:0 0 12px;font-size:13px">${headRow}${body.join('')}</table>`
}

function cell(tag: 'th' | 'td', text: string, align: 'left' | 'right'): string {
  const colour = tag === 'td' ? STATE_COLOURS[text] : '#57606a'
  return `<${tag} align="${align}" style="${CELL}text-align:${align};${colour ? `color:${colour};` : ''}">${escapeHtml(text)}</${tag}>`
}

function alignOf(rows: string[][], index: number): 'left' | 'right' {
  return rows.every((row) => /^(<?-?\$|\d+ %$|–$)/.test(row[index] ?? '')) ? 'right' : 'left'
}

function line(text: string | undefined): string {
  return text === undefined ? '' : `<p style="margin:0 0 12px">${escapeHtml(text)}</p>`
}
