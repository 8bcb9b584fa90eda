import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { DiscoverEvent, EcsEvent, EvaluateRequest, PollRequest, ScheduledEvent } from '../../lib/model/events.ts'
import { Notification } from '../../lib/model/notification.ts'

const FOLDER = join(import.meta.dirname, '../../events')

/** An SQS event as Lambda receives it, each body held against the schema. */
const messages = (schema: z.ZodType) =>
  z.looseObject({
    Records: z
      .array(
        z.looseObject({
          messageId: z.string(),
          receiptHandle: z.string(),
          eventSource: z.literal('aws:sqs'),
          eventSourceARN: z.string().startsWith('arn:aws:sqs:'),
          attributes: z.looseObject({ ApproximateReceiveCount: z.string() }),
          body: z
            .string()
            .transform((text) => JSON.parse(text))
            .pipe(schema),
        }),
      )
      .min(1),
  })

const SCHEMAS: Record<string, z.ZodType> = {
  discover: DiscoverEvent,
  tick: ScheduledEvent,
  poll: messages(PollRequest),
  'on-task-event': messages(EcsEvent),
  evaluate: messages(EvaluateRequest),
  'notify-slack': messages(Notification),
  'notify-pagerduty': messages(Notification),
  'notify-email': messages(Notification),
  'notify-webhook': messages(Notification),
  'track-costs': ScheduledEvent,
  report: ScheduledEvent,
}

test('every function has its event, and every event its function', () => {
  const names = (folder: string, end: string) =>
    readdirSync(join(FOLDER, folder))
      .map((name) => name.replace(end, ''))
      .sort()
  expect(names('.', '.json')).toEqual(names('../functions', '.ts'))
  expect(Object.keys(SCHEMAS).sort()).toEqual(names('.', '.json'))
})

test.for(Object.entries(SCHEMAS))('events/%s.json fits its schema', ([name, schema]) => {
  const event = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'))
  const parsed = schema.safeParse(event)
  expect(parsed.error && z.prettifyError(parsed.error)).toBeUndefined()
})
