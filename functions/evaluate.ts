import { listAlerts, listOutbox, markPublished, saveChanges } from '../lib/aws/alerts-table.ts'
import { readCostSeries } from '../lib/aws/costs-table.ts'
import { publishMetrics } from '../lib/aws/metrics.ts'
import { publishNotifications } from '../lib/aws/notifications-topic.ts'
import { readParts, readRolled, writeBlock, writeRolled } from '../lib/aws/samples-table.ts'
import { listServers } from '../lib/aws/servers-table.ts'
import { readConfig } from '../lib/config/bundled.ts'
import { readEnv } from '../lib/config/env.ts'
import { externalUrl } from '../lib/config/external-url.ts'
import { evaluateFleet } from '../lib/evaluate/evaluate-fleet.ts'
import { HeldSamples } from '../lib/evaluate/held-samples.ts'
import { RolledSamples } from '../lib/evaluate/rolled-samples.ts'
import { handleMessages, logger } from '../lib/lambda.ts'
import { EvaluateRequest } from '../lib/model/events.ts'

const config = readConfig()
const externalURL = externalUrl(config, readEnv('AWS_REGION').AWS_REGION)
const stores = { listServers, listAlerts, readCostSeries, saveChanges, writeBlock }
/** Blocks never change, so a warm function keeps them and reads only new ones. */
const memory = {
  held: new HeldSamples(readParts),
  rolled: new RolledSamples(config.groups, { readRolled, writeRolled }),
}

const evaluate = async () => {
  const now = new Date()
  await publishOutbox()
  const { samples, ...report } = await evaluateFleet(config, memory, stores, { now, externalURL })
  await publishOutbox()
  const isTrouble = report.failures.length > 0 || report.undeliverable.length > 0
  logger[isTrouble ? 'error' : 'info']('evaluated', { ...report })
  await publishMetrics(samples, now)
}

/** What a run that died left unpublished goes out with the next one. */
async function publishOutbox(): Promise<void> {
  for await (const ids of publishNotifications(await listOutbox())) await markPublished(ids)
}

/** Rules × series × alert state → alert changes and their notifications in one transaction → SNS. */
export const handler = handleMessages(EvaluateRequest, evaluate, 'fifo')
