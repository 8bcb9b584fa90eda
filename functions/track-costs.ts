import { dailyCostsByTag } from '../lib/aws/cost-explorer.ts'
import { readCostLook, readMonths, saveCostLook, saveCostSeries, saveMonths } from '../lib/aws/costs-table.ts'
import { countRunningTasks } from '../lib/aws/running-tasks.ts'
import { listServers } from '../lib/aws/servers-table.ts'
import { readConfig } from '../lib/config/bundled.ts'
import { readEnv } from '../lib/config/env.ts'
import { costSamples } from '../lib/costs/cost-samples.ts'
import { estimateServers } from '../lib/costs/estimate.ts'
import { fleetCosts } from '../lib/costs/fleet-costs.ts'
import { pricingOf } from '../lib/costs/pricing-of.ts'
import { fetchWindow, monthsToRead, recordBilled, recordEstimates } from '../lib/costs/record-costs.ts'
import { handleEvent, logger } from '../lib/lambda.ts'
import type { CostLook, ServerMonth } from '../lib/model/cost.ts'
import { ScheduledEvent } from '../lib/model/events.ts'
import type { Server } from '../lib/model/server.ts'

const config = readConfig()
const pricing = pricingOf(config.costs, readEnv('AWS_REGION').AWS_REGION)

/** Counts running tasks, asks Cost Explorer, and leaves the cost and budget series for evaluations to stamp. */
export const handler = handleEvent(ScheduledEvent, async () => {
  const now = new Date()
  const window = fetchWindow(now)
  const servers = await listServers()
  const estimates = estimateServers(servers, await countRunningTasks(servers), pricing)
  const estimated = recordEstimates(await readMonths(monthsToRead(now)), estimates, now)
  const before = await readCostLook()
  const look: CostLook = {
    requests: 0,
    ...(before?.fetchedAt && { fetchedAt: before.fetchedAt }),
    at: now.toISOString(),
    fleet: config.fleet.name,
    tag: config.costs.tag,
    pricing,
    budgets: config.budgets,
  }
  // Saved before Cost Explorer is asked: when it is not enabled or fails, budgets are still held against estimates.
  await save(servers, estimated, look, now)
  const { costs: billed, requests } = await dailyCostsByTag({ tag: config.costs.tag, ...window })
  const fetched = { ...look, fetchedAt: now.toISOString(), requests }
  const costs = await save(servers, recordBilled(estimated, billed, window), fetched, now)
  logger.info('costs tracked', { ...window, requests, rows: billed.length, monthToDateUsd: costs.monthToDateUsd })
  return { servers: costs.servers.length, monthToDateUsd: costs.monthToDateUsd, requests, notes: costs.notes }
})

async function save(servers: Server[], months: ServerMonth[], look: CostLook, now: Date) {
  const costs = fleetCosts({ months, servers, look, now })
  await saveMonths(months)
  await saveCostSeries({ at: look.at, samples: costSamples(costs) })
  await saveCostLook(look)
  return costs
}
