import { email } from '../lib/channels/email.ts'
import { notifyThrough } from '../lib/channels/notify.ts'
import { readConfig } from '../lib/config/bundled.ts'
import { handleMessages } from '../lib/lambda.ts'
import { Notification } from '../lib/model/notification.ts'

/** Mail through SES: one notification, one message. */
export const handler = handleMessages(Notification, notifyThrough(email, readConfig()))
