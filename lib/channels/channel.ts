import type { EmailMessage } from '../aws/email.ts'
import type { SettingsByChannel } from '../model/alerting.ts'
import type { Channel as ChannelName, Notification } from '../model/notification.ts'
import type { SecretReference } from '../model/secret-reference.ts'
import type { SendResult } from '../model/send-result.ts'

/** What a channel may use to reach the world. */
export interface ChannelTools {
  readSecret(reference: SecretReference, options?: { fresh: boolean }): Promise<string>
  sendEmail(message: EmailMessage): Promise<SendResult>
  /** Key of the signature on webhook deliveries. */
  webhookSigningSecret?: SecretReference | undefined
  now(): Date
}

/**
 * The one shape of all channels: `render` (pure, in a file of its own where it is long) and `send`, one attempt of at
 * most 15 s. Expected failures are a SendResult; what throws is a fault of AWS or of ours.
 */
export interface Channel<Name extends ChannelName = ChannelName> {
  name: Name
  send(notification: Notification, settings: SettingsByChannel[Name], tools: ChannelTools): Promise<SendResult>
}
