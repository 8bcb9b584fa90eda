import { randomUUID } from 'node:crypto'
import type { ChannelTools } from '../channels/channel.ts'
import { LEASE_MS, type UpdateThread } from '../channels/deliver.ts'
import { type Attempt, claim, complete, release } from '../channels/ledger.ts'
import { sendSlackMessage } from '../channels/slack.ts'
import { integrationName, type Receiver } from '../model/alerting.ts'
import type { SendResult } from '../model/send-result.ts'
import type { DailyReport } from './daily-report.ts'
import { reportHtml } from './report-html.ts'
import { reportSlack } from './report-slack.ts'
import { reportText } from './report-text.ts'

/** What became of the report at one integration. */
export interface ReportDelivery {
  integration: string
  outcome: SendResult['outcome'] | 'already delivered'
  reason?: string
}

/** Which report this is: the same id is sent once, however often the function is invoked for it. */
export interface ReportIdentity {
  id: string
  /** When it was due; orders the reports of one receiver. */
  dueAt: Date
}

/**
 * Sends the report to the Slack and e-mail integrations of its receiver, each once and each for itself: a channel that
 * fails neither delays nor repeats the others. Never throws for what a channel answers.
 */
export async function sendReport(
  report: DailyReport,
  receiver: Receiver,
  identity: ReportIdentity,
  { tools, updateThread }: { tools: ChannelTools; updateThread: UpdateThread },
): Promise<ReportDelivery[]> {
  const slack = receiver.slack.map((settings, index) => ({
    integration: integrationName('slack', index),
    send: () => sendSlackMessage(settings, reportSlack(report), tools),
  }))
  const email = receiver.email.map(({ from, to }, index) => ({
    integration: integrationName('email', index),
    send: () => {
      const subject = `${report.title}: ${report.headline}`
      return tools.sendEmail({ from, to, subject, html: reportHtml(report), text: reportText(report) })
    },
  }))
  return Promise.all(
    [...slack, ...email].map(async ({ integration, send }) => {
      const thread = `report/${receiver.name}/${integration}`
      const attempt: Attempt = {
        thread,
        notification: identity.id,
        sequence: identity.dueAt.getTime(),
        owner: randomUUID(),
        at: tools.now().getTime(),
        fresh: true,
      }
      return { integration, ...(await sendOnce(attempt, send, updateThread)) }
    }),
  )
}

async function sendOnce(
  attempt: Attempt,
  send: () => Promise<SendResult>,
  updateThread: UpdateThread,
): Promise<Omit<ReportDelivery, 'integration'>> {
  const claimed = await updateThread(attempt.thread, (state) => claim(state, attempt, LEASE_MS))
  if (claimed.outcome === 'delivered' || claimed.outcome === 'superseded') return { outcome: 'already delivered' }
  if (claimed.outcome === 'busy') return { outcome: 'retry', reason: 'another invocation is sending this report' }
  if (claimed.outcome === 'refused') return claimed
  const result = await faultAsRetry(send)
  await updateThread(attempt.thread, (state) =>
    result.outcome === 'delivered'
      ? complete(state, attempt)
      : release(state, attempt, result.outcome === 'refused' ? result.reason : undefined),
  )
  return result
}

/** A secret that cannot be read must not keep the report from the other integrations. */
async function faultAsRetry(send: () => Promise<SendResult>): Promise<SendResult> {
  try {
    return await send()
  } catch (error) {
    return { outcome: 'retry', reason: error instanceof Error ? error.message : String(error) }
  }
}
