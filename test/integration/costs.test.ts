import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCostLook, readCostSeries, readMonths } from '../../lib/aws/costs-table.ts'
import type { Receiver } from '../../lib/local/receivers/receiver.ts'
import { startSlack } from '../../lib/local/receivers/slack.ts'
import { runFleetwatch } from '../support/run-fleetwatch.ts'
import { invoke, scheduled, stack } from '../support/stack.ts'

let slack: Receiver
beforeAll(async () => {
  slack = await startSlack(stack.receivers.slack)
  await invoke('discover', scheduled('discover'))
})
afterAll(() => slack[Symbol.asyncDispose]())

async function reports(): Promise<string[]> {
  const answer = await fetch(`${stack.env.AWS_ENDPOINT_URL}/_ministack/ses/messages`)
  const { messages } = (await answer.json()) as { messages: Record<string, unknown[]> }
  return Object.values(messages)
    .flat()
    .map((mail) => JSON.stringify(mail))
    .filter((mail) => mail.includes('daily report'))
}

test('track-costs: Cost Explorer and the estimate become months, series and what the command line shows', async () => {
  const answer = (await invoke('track-costs', scheduled('track-costs'))) as { requests: number; monthToDateUsd: number }
  expect(answer.requests).toBeGreaterThanOrEqual(1)
  expect(answer.monthToDateUsd).toBeGreaterThanOrEqual(3)

  const series = await readCostSeries()
  const used = series?.samples.find(({ labels }) => labels.__name__ === 'fleetwatch_budget_used_ratio')
  expect(used).toMatchObject({ labels: { budget: 'fleet' }, value: expect.closeTo(answer.monthToDateUsd, 3) })
  expect(await readCostLook()).toMatchObject({ fleet: 'test', budgets: [{ name: 'fleet', amount: 1 }] })

  const { code, stdout } = await runFleetwatch(['costs', '--json'], stack.env)
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ budgets: [{ state: 'exceeded' }] })
})

test('track-costs again: Cost Explorer’s figures are replaced, not added', async () => {
  const month = new Date().toISOString().slice(0, 7)
  const billed = async () =>
    (await readMonths([month])).map(({ server, days }) => [server, Object.values(days).map((day) => day.billed)])
  const before = await billed()
  await invoke('track-costs', scheduled('track-costs'))
  expect(await billed()).toEqual(before)
})

test('report: once by Slack and e-mail, however often the function is invoked for it', async () => {
  const event = scheduled('daily-report')
  await invoke('report', event)
  await invoke('report', event)
  const messages = slack.received.filter(({ body }) => body.includes('daily report'))
  expect(messages).toHaveLength(1)
  expect(messages[0]?.body).toContain('budget fleet exceeded')
  expect(await reports()).toHaveLength(1)
})
