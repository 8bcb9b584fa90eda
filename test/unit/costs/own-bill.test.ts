import { expect, test } from 'vitest'
import { estimateOwnBill, formatOwnBill } from '../../../lib/costs/own-bill.ts'

const small = { servers: 10, metricsPerServer: 3, alarms: 30, queues: 7 }

test.for([
  { name: 'up to the free ten', servers: 5, metricsPerServer: 2, usd: 0 },
  { name: '20 beyond the free ten', servers: 10, metricsPerServer: 3, usd: 6 },
  { name: '6 metrics for 1,000 servers', servers: 1000, metricsPerServer: 6, usd: 1797 },
  { name: 'into the second tier', servers: 1000, metricsPerServer: 20, usd: 3999 },
  { name: 'into the second tier, with paid requests', servers: 10_000, metricsPerServer: 6, usd: 7999 + 16.28 },
])('CloudWatch metrics, $name', ({ servers, metricsPerServer, usd }) => {
  const { lines } = estimateOwnBill({ ...small, servers, metricsPerServer })
  expect(lines.find(({ item }) => item === 'CloudWatch custom metrics')?.usd).toBeCloseTo(usd, 2)
})

test('what the synth prints', () => {
  expect(formatOwnBill(small)).toMatchInlineSnapshot(`
    "fleetwatch itself will cost about $12.58 a month for 10 servers:
      CloudWatch custom metrics       $6.00  10 servers × 3 metrics
      Lambda                          $0.00  1 poll(s) a minute, 256 MB, arm64
      DynamoDB on demand              $0.65  20 writes and 20 reads a minute
      SQS                             $1.49  7 queues, long-polled by Lambda
      CloudWatch alarms               $2.00  30 alarms that watch fleetwatch itself
      Cost Explorer                   $2.43  4 looks a day × 2 pages × $0.01
      CloudWatch Logs                 $0.00  about 0.3 GB
      us-east-1 list prices of 2026-09-02 before tax; data transfer and your own servers not included."
  `)
})
