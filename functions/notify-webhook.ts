import { notifyThrough } from '../lib/channels/notify.ts'
import { webhook } from '../lib/channels/webhook.ts'
import { readConfig } from '../lib/config/bundled.ts'
import { handleMessages } from '../lib/lambda.ts'
import { Notification } from '../lib/model/notification.ts'

/** Alertmanager's webhook JSON, signed, to anybody's URL: one notification, one message. */
export const handler = handleMessages(Notification, notifyThrough(webhook, readConfig()))
