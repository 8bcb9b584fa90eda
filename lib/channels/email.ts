import type { WebhookPayload } from '../model/notification.ts'
import type { Channel } from './channel.ts'
import { type Description, describe, formatSpan, formatTime, shorten } from './describe.ts'

const SUBJECT_LIMIT = 150
const COLOURS = { critical: '#b3110f', error: '#b84508', warning: '#8a5d00', info: '#1d55b8' }
const RESOLVED_COLOUR = '#1a7f4e'

export const email: Channel<'email'> = {
  name: 'email',
  send: ({ payload }, settings, tools) =>
    tools.sendEmail({ from: settings.from, to: settings.to, ...renderEmail(payload) }),
}

export interface RenderedEmail {
  subject: string
  html: string
  text: string
}

/** One alert as a mail, in HTML and as text with the same facts in the same order. */
export function renderEmail(payload: WebhookPayload): RenderedEmail {
  const about = describe(payload)
  const rows = rowsOf(about)
  return {
    subject: shorten(`[${about.severity}] ${about.headline}`, SUBJECT_LIMIT),
    html: htmlOf(about, rows),
    text: textOf(about, rows),
  }
}

type Row = [name: string, value: string]

function rowsOf(about: Description): Row[] {
  const rows: Row[] = [['Severity', about.severity]]
  if (about.deployment) rows.unshift(['Deployment', about.deployment])
  rows.push(['Started', formatTime(about.startedAt)])
  if (about.endedAt) {
    const span = formatSpan(about.endedAt.getTime() - about.startedAt.getTime())
    rows.push(['Resolved', `${formatTime(about.endedAt)}, after ${span}`])
  }
  return [...rows, ...about.otherLabels]
}

function linksOf(about: Description): Row[] {
  const links: Row[] = []
  if (about.runbookUrl) links.push(['Runbook', about.runbookUrl])
  if (about.dashboardUrl) links.push(['Dashboard', about.dashboardUrl])
  return links
}

function textOf(about: Description, rows: Row[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return [
    about.headline,
    '',
    ...about.texts.flatMap((text) => [text, '']),
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    '',
    ...linksOf(about).map(([name, url]) => `${name}: ${url}`),
    '',
    `Sent by fleetwatch to receiver ${about.receiver}.`,
    '',
  ].join('\n')
}

function htmlOf(about: Description, rows: Row[]): string {
  const colour = about.status === 'resolved' ? RESOLVED_COLOUR : COLOURS[about.severity]
  const cell = 'padding:6px 16px 6px 0;vertical-align:top;border-bottom:1px solid #e6e8eb'
  const paragraphs = about.texts.map(
    (text) => `<p style="margin:0 0 12px;font-size:16px;line-height:1.45">${escapeHtml(text)}</p>`,
  )
  const table = rows.map(
    ([name, value]) =>
      `<tr><td style="${cell};color:#5b6570;white-space:nowrap">${escapeHtml(name)}</td>` +
      `<td style="${cell};word-break:break-word">${escapeHtml(value)}</td></tr>`,
  )
  const links = linksOf(about).map(
    ([name, url]) => `<a href="${escapeHtml(url)}" style="color:#1d55b8;margin-right:20px">${name}</a>`,
  )
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(about.headline)}</title></head>`,
    '<body style="margin:0;padding:24px;background:#f4f5f7;font-family:Helvetica,Arial,sans-serif;color:#1c2127">',
    '<div style="max-width:640px;margin:0 auto;background:#fff;border:1px solid #e6e8eb">',
    `<h1 style="margin:0;padding:16px 24px;background:${colour};color:#fff;font-size:20px">${escapeHtml(about.headline)}</h1>`,
    '<div style="padding:20px 24px">',
    ...paragraphs,
    `<table style="border-collapse:collapse;width:100%;font-size:14px">${table.join('\n')}</table>`,
    links.length > 0 ? `<p style="margin:16px 0 0;font-size:14px">${links.join('')}</p>` : '',
    `<p style="margin:16px 0 0;font-size:12px;color:#5b6570">Sent by fleetwatch to receiver ${escapeHtml(about.receiver)}.</p>`,
    '</div></div></body></html>',
    '',
  ].join('\n')
}

/** Also breaks lines where the text does. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '<br>')
}
