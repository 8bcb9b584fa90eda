import type { Pricing, ServerMonth } from '../model/cost.ts'
import type { Server } from '../model/server.ts'
import { type FargatePrice, fargatePrice, PRICED_REGIONS, PRICES_AS_OF } from './prices.ts'

/** Estimated USD per day, or why there is none. */
export type Estimate = { known: true; usdPerDay: number } | { known: false; why: string }

const HOURS_PER_DAY = 24

/** USD per day of `running` tasks of one size: CPU units (1024 = 1 vCPU), MiB. The 20 GiB of storage are free. */
export function fargateCostPerDay(
  task: { cpuUnits: number; memoryMiB: number },
  price: FargatePrice,
  running: number,
): number {
  const perHour = (task.cpuUnits / 1024) * price.vcpuHour + (task.memoryMiB / 1024) * price.gbHour
  return perHour * HOURS_PER_DAY * running
}

/**
 * What a server's running tasks cost per day by the price table. Only Fargate on demand has a price per task; for other
 * launch types and Regions without a price the answer says why there is no estimate.
 */
export function estimateServer(server: Server, running: number, { region, own }: Pricing): Estimate {
  const { task } = server
  if (!task) return { known: false, why: 'its task definition is not known yet' }
  if (task.launchType === 'FARGATE_SPOT') {
    return { known: false, why: 'Fargate Spot has no fixed price; Cost Explorer shows what it was' }
  }
  if (task.launchType !== 'FARGATE') {
    return {
      known: false,
      why: `launch type ${task.launchType} has no price per task; Cost Explorer shows its instances`,
    }
  }
  const price = own ?? fargatePrice(region, task.architecture)
  if (!price) {
    const known = PRICED_REGIONS.join(', ')
    return {
      known: false,
      why: `no Fargate price for ${region} in the table of ${PRICES_AS_OF}; set costs.fargate_price to yours, or costs.region_price to the nearest of: ${known}`,
    }
  }
  return { known: true, usdPerDay: fargateCostPerDay(task, price, running) }
}

/** Estimates of all servers with the tasks that run now; a server without an entry in `running` runs none. */
export function estimateServers(
  servers: readonly Server[],
  running: ReadonlyMap<string, number>,
  pricing: Pricing,
): Map<string, Estimate> {
  return new Map(
    servers.map((server) => [server.deployment, estimateServer(server, running.get(server.deployment) ?? 0, pricing)]),
  )
}

/** A server's estimate as the newest look in its months left it, or why there is none. */
export function storedEstimate(server: Server, months: readonly ServerMonth[], pricing: Pricing): Estimate {
  const estimate = estimateServer(server, 0, pricing)
  if (!estimate.known) return estimate
  const looks = months.flatMap((month) => Object.entries(month.days).filter(([, { estimate: look }]) => look))
  const newest = looks.sort(([a], [b]) => a.localeCompare(b)).at(-1)?.[1].estimate
  if (!newest) return { known: false, why: 'its tasks have not been counted yet' }
  return { known: true, usdPerDay: newest.latestUsdPerDay }
}
