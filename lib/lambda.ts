import {
  BatchProcessor,
  EventType,
  processPartialResponse,
  SqsFifoPartialProcessorAsync,
} from '@aws-lambda-powertools/batch'
import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import * as z from 'zod'
import { postpone } from './aws/queues.ts'

/** JSON log of every function; Lambda's own context (function, request id) is added by the handlers below. */
export const logger = new Logger({ serviceName: 'fleetwatch' })

/**
 * Wraps a function that takes one event: parse with zod, log, and let every fault surface, so that Lambda counts it and
 * its retries and dead-letter queue see it.
 */
export function handleEvent<S extends z.ZodType, R>(
  schema: S,
  handle: (event: z.output<S>, context: Context) => Promise<R>,
) {
  return middy<unknown, R>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async (event, context) => handle(parse(schema, event), context))
}

/**
 * Wraps a function that takes SQS messages, one call per message: a message that fails is reported alone
 * (`ReportBatchItemFailures`) and comes back or goes to the dead-letter queue, the others are done. On a FIFO queue the
 * messages behind a failed one wait for it.
 */
export function handleMessages<S extends z.ZodType>(
  schema: S,
  handle: (message: z.output<S>, record: SQSRecord) => Promise<void>,
  order: 'standard' | 'fifo' = 'standard',
) {
  const processor = order === 'fifo' ? new SqsFifoPartialProcessorAsync() : new BatchProcessor(EventType.SQS)
  const onRecord = async (record: SQSRecord) => {
    try {
      await handle(await parseMessage(schema, record), record)
    } catch (error) {
      logger.error('message failed', {
        messageId: record.messageId,
        receives: record.attributes?.ApproximateReceiveCount,
        error: error as Error,
      })
      throw error
    }
  }
  return middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler((event, context) =>
      processPartialResponse(event, onRecord, processor, { context, throwOnFullBatchFailure: false }),
    )
}

/** A message that does not parse never will: it comes back at once, until it lies in the dead-letter queue. */
async function parseMessage<S extends z.ZodType>(schema: S, record: SQSRecord): Promise<z.output<S>> {
  try {
    return parse(schema, JSON.parse(record.body))
  } catch (error) {
    await postpone(record, 0)
    throw error
  }
}

function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new Error(`the event does not fit its schema: ${z.prettifyError(parsed.error)}`)
}
