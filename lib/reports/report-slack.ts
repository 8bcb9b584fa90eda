import { escapeMrkdwn, type SlackMessage } from '../channels/slack.ts'
import type { DailyReport } from './daily-report.ts'

/** Slack's limits (Block Kit reference): characters of a header and of a section's text. */
const HEADER_LIMIT = 150
const SECTION_LIMIT = 3000

/** The report as a Slack message in Block Kit, well within 50 blocks. */
export function reportSlack(report: DailyReport): SlackMessage & { blocks: unknown[] } {
  const { health, alerts, costs } = report
  const sign = { good: ':large_green_circle:', warning: ':large_yellow_circle:', bad: ':red_circle:' }[report.tone]
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: cut(report.title, HEADER_LIMIT) } },
    section([`${sign} *${escapeMrkdwn(report.headline)}*`]),
    section([
      `*Health*  ${escapeMrkdwn(health.summary)}`,
      ...health.troubled.map(
        ({ server, state, message }) => `• *${escapeMrkdwn(server)}* ${escapeMrkdwn(`${state}: ${message}`)}`,
      ),
      escapeMrkdwn(health.more ?? ''),
    ]),
    section([
      `*Alerts*  ${escapeMrkdwn(alerts.summary)}`,
      ...alerts.firing.map(({ severity, alert, server, since, message }) =>
        escapeMrkdwn(`• ${severity}  ${alert}  ${server}  since ${since}  ${message}`),
      ),
      escapeMrkdwn(alerts.more ?? ''),
    ]),
    section([
      `*Costs*  ${escapeMrkdwn(costs.summary)}`,
      ...costs.budgets.map(({ budget, of, amount, spent, used, forecast, state }) =>
        escapeMrkdwn(`• budget ${budget} (${of}): ${spent} of ${amount}, ${used} used, forecast ${forecast}: `).concat(
          `*${state}*`,
        ),
      ),
    ]),
    section([
      ...costs.servers.map(({ server, soFar, forecast, from }) =>
        escapeMrkdwn(`• ${server}: ${soFar} so far, forecast ${forecast} (${from})`),
      ),
      escapeMrkdwn(costs.more ?? ''),
    ]),
    ...costs.notes.map((note) => ({
      type: 'context',
      elements: [{ type: 'mrkdwn', text: cut(escapeMrkdwn(`Note: ${note}`), SECTION_LIMIT) }],
    })),
  ]
  return { text: `${report.title}: ${report.headline}`, blocks: blocks.filter((block) => block !== undefined) }
}

/** A section of lines; those that do not fit are counted, never dropped in silence. Nothing when there is no line. */
function section(lines: string[]): object | undefined {
  const wanted = lines.filter((line) => line !== '')
  if (wanted.length === 0) return undefined
  let text = ''
  for (const [index, line] of wanted.entries()) {
    const rest = `… and ${wanted.length - index} more lines`
    if (text.length + line.length + 1 + rest.length > SECTION_LIMIT) {
      text += `\n${rest}`
      break
    }
    text += `${index > 0 ? '\n' : ''}${line}`
  }
  return { type: 'section', text: { type: 'mrkdwn', text: cut(text, SECTION_LIMIT) } }
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}
