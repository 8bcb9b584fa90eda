import { CostExplorerClient, GetCostAndUsageCommand, type Group } from '@aws-sdk/client-cost-explorer'
import type { BilledCost } from '../model/cost.ts'

/** Cost Explorer has one endpoint, whatever the stack's Region (AWS General Reference, "Billing and Cost Management"). */
const costExplorer = new CostExplorerClient({ region: 'us-east-1' })

const METRIC = 'UnblendedCost'

/**
 * Daily costs by value of a cost allocation tag and by AWS service, days `from` up to but without `to` (UTC). What
 * carries no tag has the empty server name. `requests` counts what was paid for: $0.01 per page of the answer.
 */
export async function dailyCostsByTag(wanted: {
  tag: string
  from: string
  to: string
}): Promise<{ costs: BilledCost[]; requests: number }> {
  const costs: BilledCost[] = []
  let requests = 0
  let NextPageToken: string | undefined
  // The SDK has no paginator for this operation. A day may be cut between two pages.
  do {
    const page = await costExplorer.send(
      new GetCostAndUsageCommand({
        TimePeriod: { Start: wanted.from, End: wanted.to },
        Granularity: 'DAILY',
        Metrics: [METRIC],
        GroupBy: [
          { Type: 'TAG', Key: wanted.tag },
          { Type: 'DIMENSION', Key: 'SERVICE' },
        ],
        ...(NextPageToken && { NextPageToken }),
      }),
    )
    requests++
    for (const result of page.ResultsByTime ?? []) {
      const day = result.TimePeriod?.Start ?? ''
      costs.push(...(result.Groups ?? []).map((group) => billedCost(day, wanted.tag, group)))
    }
    NextPageToken = page.NextPageToken
  } while (NextPageToken)
  return { costs, requests }
}

function billedCost(day: string, tag: string, group: Group): BilledCost {
  const [tagged = '', service = ''] = group.Keys ?? []
  const { Amount = '0', Unit = 'USD' } = group.Metrics?.[METRIC] ?? {}
  if (Unit !== 'USD') {
    throw new Error(`Cost Explorer answers in ${Unit}; fleetwatch's budgets and prices are in USD`)
  }
  // The key of a tag group is `tag$value`; an empty value means that the tag is not there.
  return { day, server: tagged.slice(`${tag}$`.length), service, usd: Number(Amount) }
}
