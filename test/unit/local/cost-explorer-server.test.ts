import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CostExplorerServer, startCostExplorer } from '../../../lib/local/cost-explorer-server.ts'

const ECS = 'Amazon Elastic Container Service'
const SIGNED = 'AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/ce/aws4_request, SignedHeaders=host, Signature=0'
const TARGET = 'AWSInsightsIndexService.GetCostAndUsage'
const GROUPS = [
  { Type: 'TAG', Key: 'team' },
  { Type: 'DIMENSION', Key: 'SERVICE' },
]
const GOOD = {
  TimePeriod: { Start: '2026-11-20', End: '2026-11-22' },
  Granularity: 'DAILY',
  Metrics: ['UnblendedCost'],
  GroupBy: GROUPS,
}

let server: CostExplorerServer
beforeAll(async () => {
  server = await startCostExplorer({
    costsOf: () => ['a', 'b', ''].map((name) => ({ server: name, service: ECS, usd: 1 })),
    pageSize: 4,
    now: () => new Date('2026-11-21T08:00:00Z'),
  })
})
afterAll(() => server.stop())

async function ask(body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(server.url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'x-amz-target': TARGET, authorization: SIGNED, ...headers },
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('refuses what AWS refuses', () => {
  test.for([
    {
      name: 'another operation',
      headers: { 'x-amz-target': 'AWSInsightsIndexService.GetTags' },
      code: 'UnknownOperationException',
    },
    { name: 'no signature', headers: { authorization: '' }, code: 'InvalidSignatureException' },
    {
      name: 'another Region',
      headers: { authorization: SIGNED.replace('us-east-1', 'eu-west-1') },
      code: 'InvalidSignatureException',
    },
    { name: 'no JSON', body: '{', code: 'ValidationException' },
    { name: 'three groups', body: { ...GOOD, GroupBy: [...GROUPS, ...GROUPS] }, code: 'ValidationException' },
    { name: 'an unknown key', body: { ...GOOD, Foo: 1 }, code: 'ValidationException' },
    {
      name: 'a time of day',
      body: { ...GOOD, TimePeriod: { Start: '2026-11-20T00:00:00Z', End: '2026-11-21' } },
      code: 'ValidationException',
    },
    {
      name: 'an empty period',
      body: { ...GOOD, TimePeriod: { Start: '2026-11-20', End: '2026-11-20' } },
      code: 'ValidationException',
    },
    {
      name: 'more than 13 months ago',
      body: { ...GOOD, TimePeriod: { Start: '2025-10-01', End: '2025-10-02' } },
      code: 'ValidationException',
    },
    { name: 'no metric', body: { ...GOOD, Metrics: [] }, code: 'ValidationException' },
  ])('$name', async ({ headers, body, code }) => {
    const answer = await ask(body ?? GOOD, headers)
    expect(answer).toMatchObject({ status: 400, body: { __type: code } })
  })
})

test('pages hold a day’s groups in order; the token belongs to its request', async () => {
  const first = await ask(GOOD)
  const results = first.body.ResultsByTime as { TimePeriod: { Start: string }; Groups: unknown[]; Estimated: boolean }[]
  expect(results.map(({ TimePeriod, Groups }) => [TimePeriod.Start, Groups.length])).toEqual([
    ['2026-11-20', 3],
    ['2026-11-21', 1],
  ])
  expect(results[0]?.Estimated).toBe(true)
  const token = first.body.NextPageToken
  const second = await ask({ ...GOOD, NextPageToken: token })
  expect(second.body.NextPageToken).toBeUndefined()
  const changed = await ask({ ...GOOD, GroupBy: GROUPS.slice(0, 1), NextPageToken: token })
  expect(changed).toMatchObject({ status: 400, body: { __type: 'InvalidNextTokenException' } })
})

test('days to come have no costs', async () => {
  const answer = await ask({ ...GOOD, TimePeriod: { Start: '2026-11-22', End: '2026-11-23' } })
  expect(answer.body.ResultsByTime).toEqual([expect.objectContaining({ Groups: [] })])
})
