import type { Config } from '../config/load.ts'
import { formatOwnBill } from '../costs/own-bill.ts'
import { metricsPerServer } from '../metrics/metric-budget.ts'

/** Prints what fleetwatch itself will cost per month, on stderr so that stdout stays the template's. */
export function printOwnBill(config: Config, counts: { alarms: number; queues: number }): void {
  const servers = config.fleet.expected_servers
  console.error(formatOwnBill({ servers, metricsPerServer: metricsPerServer(config.metrics.per_server), ...counts }))
}
