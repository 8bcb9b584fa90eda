import type { Command } from 'commander'
import type { DailyReport } from '../../reports/daily-report.ts'
import { examples, JSON_OPTION } from '../help.ts'
import { print, printJson, withProgress } from '../output.ts'

export function registerReport(program: Command): void {
  program
    .command('report')
    .description('the daily report as it would be sent now; sends nothing')
    .option('--html', 'print the e-mail’s HTML instead of text')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples([
        ['fleetwatch report', 'health, alerts and costs on one page'],
        ['fleetwatch report --html > report.html', 'as the e-mail shows it'],
        ['fleetwatch report --json | jq .costs', 'for programs'],
      ]),
    )
    .action(async (options: { html?: true; json?: true }) => {
      const report = await withProgress('putting the report together', readReport(new Date()))
      if (options.json) return printJson(report)
      if (!options.html) {
        const { reportText } = await import('../../reports/report-text.ts')
        return print(reportText(report))
      }
      const { reportHtml } = await import('../../reports/report-html.ts')
      print(reportHtml(report))
    })
}

async function readReport(now: Date): Promise<DailyReport> {
  const { findResources } = await import('../../aws/resources.ts')
  const { listAlerts } = await import('../../aws/alerts-table.ts')
  const { readCostLook, readMonths } = await import('../../aws/costs-table.ts')
  const { listServers, listVerdicts } = await import('../../aws/servers-table.ts')
  const { fleetCosts } = await import('../../costs/fleet-costs.ts')
  const { monthsToRead } = await import('../../costs/record-costs.ts')
  const { dailyReport } = await import('../../reports/daily-report.ts')
  const { fleetStatus } = await import('../../status/fleet-status.ts')
  await findResources()
  const [servers, verdicts, alerts, look] = await Promise.all([
    listServers(),
    listVerdicts(),
    listAlerts(),
    readCostLook(),
  ])
  const costs = look && fleetCosts({ months: await readMonths(monthsToRead(now)), servers, look, now })
  return dailyReport({
    fleet: look?.fleet ?? '(not named yet)',
    status: fleetStatus({ servers, verdicts, alerts, now }),
    alerts,
    costs,
    now,
  })
}
