import { expect, test } from 'vitest'
import { planPolls } from '../../../lib/discovery/plan-polls.ts'
import { PollRequest } from '../../../lib/model/events.ts'

const AT = new Date('2026-11-21T09:18:30Z')
const fleet = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ deployment: `s${String(index).padStart(5, '0')}` }))

test.for([
  { servers: 0, batches: [], delays: [] },
  { servers: 1, batches: [1], delays: [0] },
  { servers: 50, batches: [50], delays: [0] },
  { servers: 51, batches: [50, 1], delays: [0, 22] },
  { servers: 150, batches: [50, 50, 50], delays: [0, 15, 30] },
])('$servers servers', ({ servers, batches, delays }) => {
  const polls = planPolls(fleet(servers), AT)
  expect(polls.map(({ request }) => request.deployments.length)).toEqual(batches)
  expect(polls.map(({ delayS }) => delayS)).toEqual(delays)
  for (const { request } of polls) expect(PollRequest.parse(request).minute).toBe('2026-11-21T09:18')
})

test('5,000 servers are all asked once, within the minute', () => {
  const polls = planPolls(fleet(5000), AT)
  expect(new Set(polls.flatMap(({ request }) => request.deployments)).size).toBe(5000)
  expect(new Set(polls.map(({ request }) => request.batch)).size).toBe(100)
  expect(Math.max(...polls.map(({ delayS }) => delayS))).toBeLessThan(60)
})

test('a replayed tick asks for the same blocks, whatever the order of the registry', () => {
  expect(planPolls(fleet(120).reverse(), AT)).toEqual(planPolls(fleet(120), new Date('2026-11-21T09:18:59Z')))
})
