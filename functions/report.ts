import { listAlerts } from '../lib/aws/alerts-table.ts'
import { readCostLook, readMonths } from '../lib/aws/costs-table.ts'
import { updateThread } from '../lib/aws/deliveries-table.ts'
import { sendEmail } from '../lib/aws/email.ts'
import { readSecret } from '../lib/aws/secrets.ts'
import { listServers, listVerdicts } from '../lib/aws/servers-table.ts'
import { readConfig } from '../lib/config/bundled.ts'
import { fleetCosts } from '../lib/costs/fleet-costs.ts'
import { monthsToRead } from '../lib/costs/record-costs.ts'
import { handleEvent, logger } from '../lib/lambda.ts'
import { ScheduledEvent } from '../lib/model/events.ts'
import { dailyReport } from '../lib/reports/daily-report.ts'
import { sendReport } from '../lib/reports/send-report.ts'
import { fleetStatus } from '../lib/status/fleet-status.ts'

const config = readConfig()
const receiver = config.alerting.receivers.find(({ name }) => name === config.report?.receiver)

/** Puts health, alerts and costs into one report and sends it to the receiver named in the configuration, once. */
export const handler = handleEvent(ScheduledEvent, async (event) => {
  const now = new Date()
  if (!config.report || !receiver) return { sent: [], why: 'no "report:" is configured' }
  const [servers, verdicts, alerts] = await Promise.all([listServers(), listVerdicts(), listAlerts()])
  const look = await readCostLook()
  const costs = look && fleetCosts({ months: await readMonths(monthsToRead(now)), servers, look, now })
  const status = fleetStatus({ servers, verdicts, alerts, now })
  const { timezone } = config.report
  const report = dailyReport({ fleet: config.fleet.name, status, alerts, costs, now, timezone })
  const identity = { id: `${event.id}@${event.time}`, dueAt: new Date(event.time) }
  const tools = { readSecret, sendEmail, now: () => new Date() }
  const sent = await sendReport(report, receiver, identity, { tools, updateThread })
  logger.info('report sent', { receiver: receiver.name, headline: report.headline, sent })
  const failed = sent.filter(({ outcome }) => outcome === 'retry' || outcome === 'refused')
  // Lambda invokes again for what is missing, then its dead-letter queue raises the alarm.
  if (failed.length > 0) throw new Error(`the report did not reach all of ${receiver.name}: ${JSON.stringify(failed)}`)
  return { headline: report.headline, sent }
})
