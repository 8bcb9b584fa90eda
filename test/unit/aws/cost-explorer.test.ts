import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { dailyCostsByTag } from '../../../lib/aws/cost-explorer.ts'
import { type CostExplorerServer, startCostExplorer } from '../../../lib/local/cost-explorer-server.ts'

const ECS = 'Amazon Elastic Container Service'

// The client resolves its endpoint once, so that one server stands for the file; each test sets what it answers.
type Answers = Pick<Parameters<typeof startCostExplorer>[0], 'costsOf' | 'pageSize' | 'unit'>
const answers: Answers & { now: () => Date } = { costsOf: () => [], now: () => new Date('2026-11-21T08:00:00Z') }
let server: CostExplorerServer

beforeAll(async () => {
  server = await startCostExplorer(answers)
  vi.stubEnv('AWS_ENDPOINT_URL_COST_EXPLORER', server.url)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterAll(() => server.stop())

function answer({ pageSize = 500, unit = 'USD', costsOf }: Answers): void {
  Object.assign(answers, { pageSize, unit, costsOf })
  server.requests.length = 0
}

test('asks for daily costs by tag and service, the last day included although the end is exclusive', async () => {
  answer({ costsOf: () => [{ server: 'search', service: ECS, usd: 1.25 }] })
  const { costs, requests: paid } = await dailyCostsByTag({ tag: 'team:server', from: '2026-11-20', to: '2026-11-22' })
  expect(costs).toEqual([
    { day: '2026-11-20', server: 'search', service: ECS, usd: 1.25 },
    { day: '2026-11-21', server: 'search', service: ECS, usd: 1.25 },
  ])
  expect(paid).toBe(1)
  expect(server.requests[0]?.body).toMatchObject({
    TimePeriod: { Start: '2026-11-20', End: '2026-11-22' },
    GroupBy: [
      { Type: 'TAG', Key: 'team:server' },
      { Type: 'DIMENSION', Key: 'SERVICE' },
    ],
  })
})

test('follows the pages and counts them: a day cut between two pages stays whole', async () => {
  answer({
    pageSize: 2,
    costsOf: () => ['a', 'b', 'c'].map((name) => ({ server: name, service: ECS, usd: 1 })),
  })
  const { costs, requests } = await dailyCostsByTag({ tag: 't', from: '2026-11-01', to: '2026-11-04' })
  expect(costs).toHaveLength(9)
  expect(requests).toBe(5)
})

test('spend without the tag has the empty server name', async () => {
  answer({ costsOf: () => [{ server: '', service: ECS, usd: 30 }] })
  const { costs } = await dailyCostsByTag({ tag: 'fleetwatch:server', from: '2026-11-20', to: '2026-11-21' })
  expect(costs).toEqual([{ day: '2026-11-20', server: '', service: ECS, usd: 30 }])
})

test('a server name may hold a dollar sign', async () => {
  answer({ costsOf: () => [{ server: 'a$b', service: ECS, usd: 1 }] })
  const { costs } = await dailyCostsByTag({ tag: 't', from: '2026-11-20', to: '2026-11-21' })
  expect(costs[0]?.server).toBe('a$b')
})

test('nothing spent is an empty answer', async () => {
  answer({ costsOf: () => [] })
  await expect(dailyCostsByTag({ tag: 't', from: '2026-11-20', to: '2026-11-21' })).resolves.toEqual({
    costs: [],
    requests: 1,
  })
})

test('another currency is refused', async () => {
  answer({ unit: 'CNY', costsOf: () => [{ server: 'a', service: ECS, usd: 1 }] })
  await expect(dailyCostsByTag({ tag: 't', from: '2026-11-20', to: '2026-11-21' })).rejects.toThrow('answers in CNY')
})

test('what Cost Explorer refuses surfaces', async () => {
  answer({ costsOf: () => [] })
  await expect(dailyCostsByTag({ tag: 't', from: '2026-11-20', to: '2026-11-20' })).rejects.toThrow('before end date')
})
