import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publishMetrics } from '../../../lib/aws/metrics.ts'
import type { Sample } from '../../../lib/model/sample.ts'

interface Put {
  Namespace: string
  MetricData: { MetricName: string; Value: number; Unit: string; Dimensions: { Name: string; Value: string }[] }[]
}

const puts: Put[] = []
let server: Server
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await buffer(request)
    const text = request.headers['content-encoding']?.includes('gzip') ? gunzipSync(body) : body
    puts.push(JSON.parse(text.toString()))
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
})
afterAll(() => server.close())

const sample = (value: number, labels: Record<string, string> = {}): Sample => ({
  labels: { __name__: 'mcp_deployment_probe_duration_seconds', ...labels },
  value,
})

test.for([
  { count: 0, calls: [] },
  { count: 1, calls: [1] },
  { count: 1000, calls: [1000] },
  { count: 1001, calls: [1000, 1] },
  { count: 2500, calls: [1000, 1000, 500] },
])('$count metrics go in calls of $calls', async ({ count, calls }) => {
  puts.length = 0
  await publishMetrics(
    Array.from({ length: count }, (_, index) => sample(index)),
    new Date(),
  )
  expect(puts.map(({ MetricData }) => MetricData.length)).toEqual(calls)
})

test('labels become dimensions in our namespace; what CloudWatch cannot hold is left out', async () => {
  puts.length = 0
  await publishMetrics(
    [sample(0.25, { deployment: 'docs' }), sample(Number.NaN), sample(Number.POSITIVE_INFINITY)],
    new Date(),
  )
  expect(puts).toMatchObject([
    {
      Namespace: 'Fleetwatch',
      MetricData: [
        {
          MetricName: 'mcp_deployment_probe_duration_seconds',
          Value: 0.25,
          Unit: 'Seconds',
          Dimensions: [{ Name: 'deployment', Value: 'docs' }],
        },
      ],
    },
  ])
})
