import { notifyThrough } from '../lib/channels/notify.ts'
import { pagerduty } from '../lib/channels/pagerduty.ts'
import { readConfig } from '../lib/config/bundled.ts'
import { handleMessages } from '../lib/lambda.ts'
import { Notification } from '../lib/model/notification.ts'

/** PagerDuty incidents through the Events API v2: one notification, one message. */
export const handler = handleMessages(Notification, notifyThrough(pagerduty, readConfig()))
