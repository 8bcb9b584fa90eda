import { PRICES_AS_OF } from './prices.ts'
import { usd } from './usd.ts'

/** What decides fleetwatch's own monthly bill. */
export interface OwnBillInput {
  servers: number
  /** CloudWatch metrics published per server. */
  metricsPerServer: number
  /** Native alarms of the watchdog. */
  alarms: number
  /** Queues with a Lambda function behind them: each is polled even when it is empty. */
  queues: number
}

export interface OwnBillLine {
  item: string
  usd: number
  /** The arithmetic, in words. */
  how: string
}

const MINUTES_PER_MONTH = 43_800
const DAYS_PER_MONTH = 30.4
const POLL_BATCH = 50

/** us-east-1 list prices before tax; the free tier that does not end is taken off (AWS price pages, see PRICES_AS_OF). */
const PRICE = {
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2 / 1e6,
  sqsRequest: 0.4 / 1e6,
  putMetricData: 0.01 / 1000,
  alarm: 0.1,
  dynamodbWrite: 0.625 / 1e6,
  dynamodbRead: 0.125 / 1e6,
  logsGb: 0.5,
  costExplorerRequest: 0.01,
}
const FREE = { lambdaGbSeconds: 400_000, requests: 1e6, metrics: 10, alarms: 10, logsGb: 5 }
/** Custom metrics: price of each up to a count, per month. */
const METRIC_TIERS = [
  { upTo: 10_000, usd: 0.3 },
  { upTo: 250_000, usd: 0.1 },
  { upTo: 1_000_000, usd: 0.05 },
  { upTo: Number.POSITIVE_INFINITY, usd: 0.02 },
]

/** Estimates what fleetwatch itself costs per month for a fleet, by line, in USD. */
export function estimateOwnBill(input: OwnBillInput): { lines: OwnBillLine[]; totalUsd: number } {
  const lines = [metrics(input), lambda(input), dynamodb(input), sqs(input), alarms(input), costExplorer(), logs(input)]
  return { lines, totalUsd: lines.reduce((sum, line) => sum + line.usd, 0) }
}

function metrics({ servers, metricsPerServer }: OwnBillInput): OwnBillLine {
  const count = servers * metricsPerServer
  const puts = beyond(Math.ceil(count / 1000) * MINUTES_PER_MONTH, FREE.requests) * PRICE.putMetricData
  return {
    item: 'CloudWatch custom metrics',
    usd: tiered(beyond(count, FREE.metrics)) + puts,
    how: `${servers} servers × ${metricsPerServer} metrics`,
  }
}

function tiered(count: number): number {
  let total = 0
  let from = 0
  for (const { upTo, usd: price } of METRIC_TIERS) {
    total += Math.max(0, Math.min(count, upTo) - from) * price
    from = upTo
  }
  return total
}

/** Seconds are assumptions: 3 s per batch of 50 probes, 1 s per evaluation (at most one per 15 s), half a second for the rest. */
function lambda({ servers }: OwnBillInput): OwnBillLine {
  const polls = batches(servers) * MINUTES_PER_MONTH
  const evaluations = Math.min(4, batches(servers) + 1) * MINUTES_PER_MONTH
  const others = MINUTES_PER_MONTH * 1.2
  const gbSeconds = 0.25 * (polls * 3 + evaluations * 1 + others * 0.5)
  const requests = polls + evaluations + others
  return {
    item: 'Lambda',
    usd:
      beyond(gbSeconds, FREE.lambdaGbSeconds) * PRICE.lambdaGbSecond +
      beyond(requests, FREE.requests) * PRICE.lambdaRequest,
    how: `${batches(servers)} poll(s) a minute, 256 MB, arm64`,
  }
}

/** Per minute: a verdict written and three small items read per server; a block of about 10 KB per batch written and read. */
function dynamodb({ servers }: OwnBillInput): OwnBillLine {
  const writes = servers + batches(servers) * 10
  const reads = servers * 1.6 + batches(servers) * 1.5 + 2
  return {
    item: 'DynamoDB on demand',
    usd: MINUTES_PER_MONTH * (writes * PRICE.dynamodbWrite + reads * PRICE.dynamodbRead),
    how: `${Math.round(writes)} writes and ${Math.round(reads)} reads a minute`,
  }
}

/** Lambda keeps five long polls of 20 s on each queue: about 657,000 requests a month and queue, messages or not. */
function sqs({ servers, queues }: OwnBillInput): OwnBillLine {
  const requests = queues * 5 * 3 * MINUTES_PER_MONTH + 3 * batches(servers) * MINUTES_PER_MONTH
  return {
    item: 'SQS',
    usd: beyond(requests, FREE.requests) * PRICE.sqsRequest,
    how: `${queues} queues, long-polled by Lambda`,
  }
}

function alarms({ alarms: count }: OwnBillInput): OwnBillLine {
  return {
    item: 'CloudWatch alarms',
    usd: beyond(count, FREE.alarms) * PRICE.alarm,
    how: `${count} alarms that watch fleetwatch itself`,
  }
}

function costExplorer(): OwnBillLine {
  return {
    item: 'Cost Explorer',
    usd: 4 * 2 * DAYS_PER_MONTH * PRICE.costExplorerRequest,
    how: '4 looks a day × 2 pages × $0.01',
  }
}

function logs({ servers }: OwnBillInput): OwnBillLine {
  const gb = ((batches(servers) + 4) * MINUTES_PER_MONTH * 1500) / 1e9
  return { item: 'CloudWatch Logs', usd: beyond(gb, FREE.logsGb) * PRICE.logsGb, how: `about ${gb.toFixed(1)} GB` }
}

function batches(servers: number): number {
  return Math.ceil(servers / POLL_BATCH)
}

/** What is left of an amount after its free part. */
function beyond(amount: number, free: number): number {
  return Math.max(0, amount - free)
}

/** The bill as a table of text, one line per item, for the terminal at synth. */
export function formatOwnBill(input: OwnBillInput): string {
  const { lines, totalUsd } = estimateOwnBill(input)
  const width = Math.max(...lines.map(({ item }) => item.length))
  const row = (item: string, amount: number, how: string) =>
    `  ${item.padEnd(width)}  ${usd(amount).padStart(10)}  ${how}`.trimEnd()
  return [
    `fleetwatch itself will cost about ${usd(totalUsd)} a month for ${input.servers} servers:`,
    ...lines.map(({ item, usd: amount, how }) => row(item, amount, how)),
    `  us-east-1 list prices of ${PRICES_AS_OF} before tax; data transfer and your own servers not included.`,
  ].join('\n')
}
