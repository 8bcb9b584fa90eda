import { notifyThrough } from '../lib/channels/notify.ts'
import { slack } from '../lib/channels/slack.ts'
import { readConfig } from '../lib/config/bundled.ts'
import { handleMessages } from '../lib/lambda.ts'
import { Notification } from '../lib/model/notification.ts'

/** Slack messages through incoming webhooks: one notification, one message. */
export const handler = handleMessages(Notification, notifyThrough(slack, readConfig()))
