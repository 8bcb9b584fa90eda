import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2'
import type { SendResult } from '../model/send-result.ts'

const ses = new SESv2Client({})

export interface EmailMessage {
  from: string
  to: string[]
  subject: string
  html: string
  text: string
}

/**
 * Sends one message through SES v2. What SES will never take (address not verified, domain not set up, bad content) is
 * refused; throttling, a paused account and faults are worth another attempt.
 */
export async function sendEmail(message: EmailMessage): Promise<SendResult> {
  const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' })
  try {
    await ses.send(
      new SendEmailCommand({
        FromEmailAddress: message.from,
        Destination: { ToAddresses: message.to },
        Content: {
          Simple: { Subject: utf8(message.subject), Body: { Html: utf8(message.html), Text: utf8(message.text) } },
        },
      }),
    )
    return { outcome: 'delivered' }
  } catch (error) {
    return failureOf(error)
  }
}

/** Faults of ours to mend: another attempt would get the same answer (SES v2 API reference, SendEmail, "Errors"). */
const REFUSALS = new Set([
  'AccountSuspendedException',
  'BadRequestException',
  'MailFromDomainNotVerifiedException',
  'MessageRejected',
  'NotFoundException',
])

function failureOf(error: unknown): SendResult {
  if (!(error instanceof Error)) throw error
  const reason = `SES answered ${error.name}: ${error.message}`
  return REFUSALS.has(error.name) ? { outcome: 'refused', reason } : { outcome: 'retry', reason }
}
