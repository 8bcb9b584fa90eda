import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listAlerts, listOutbox, markPublished, saveChanges } from '../../../lib/aws/alerts-table.ts'
import { readParts, readRolled, writeBlock, writeRolled } from '../../../lib/aws/samples-table.ts'
import { listServers, saveRegistry } from '../../../lib/aws/servers-table.ts'
import { evaluateFleet } from '../../../lib/evaluate/evaluate-fleet.ts'
import { HeldSamples } from '../../../lib/evaluate/held-samples.ts'
import { RolledSamples } from '../../../lib/evaluate/rolled-samples.ts'
import type { EmbeddedAws } from '../../../lib/local/embedded-aws.ts'
import { minuteOf } from '../../../lib/model/sample.ts'
import { loadAlerting } from '../../../lib/routing/load-alerting.ts'
import { loadRules } from '../../../lib/rules/load-rules.ts'
import { aServer } from '../../support/a-server.ts'
import { startEmbeddedTables } from '../../support/embedded-tables.ts'

const RULES = `
groups:
  - name: test
    rules:
      - alert: Down
        expr: mcp_deployment_status == 0
        for: 2m
`
const ALERTING = `
route: { receiver: hook, group_by: ['...'] }
receivers:
  - name: hook
    webhook_configs: [{ url: 'http://127.0.0.1:9/' }]
`
const { groups } = loadRules([{ path: 'rules.yml', text: RULES }], { longestRangeMs: 3_600_000 })
const { alerting } = loadAlerting({ path: 'alertmanager.yml', text: ALERTING })
const config = { groups, alerting: alerting! }
const stores = { listServers, listAlerts, readCostSeries: async () => undefined, saveChanges, writeBlock }

let aws: EmbeddedAws
/** Each test has servers and an hour of its own: tables are shared. */
let hour = Date.parse('2026-01-01T00:00:00Z')
let server = 'docs'
let runs = 0

beforeAll(async () => {
  aws = await startEmbeddedTables('evaluate')
})
afterAll(() => aws.stop())
beforeEach(startAnew)

async function startAnew(): Promise<void> {
  hour += 10 * 3_600_000
  const known = await listServers()
  server = `docs-${runs++}`
  await saveRegistry({ put: [aServer({ deployment: server })], remove: known.map(({ deployment }) => deployment) })
  await saveChanges(
    (await listAlerts()).map((alert) => ({ change: { alert, previous: alert, remove: true }, notifications: [] })),
  )
  await markPublished((await listOutbox()).map(({ id }) => id))
}

const at = (minutes: number) => new Date(hour + minutes * 60_000)

/** What a poll writes: healthy, down, without network of its own (-1), or the same poll once more. */
async function poll(minutes: number, status: 0 | 1 | -1, batch = '000'): Promise<void> {
  const sample = (name: string, value: number) => ({ labels: { __name__: name, deployment: server }, value })
  const moment = at(minutes).getTime()
  const offline = status === -1 ? [sample('fleetwatch_monitor_offline', 1)] : []
  const samples = [sample('mcp_deployment_status', status), ...offline]
  const observation = { target: server, at: moment, samples }
  await writeBlock({ minute: minuteOf(moment), source: 'schedule', batch, observations: [observation] })
}

async function evaluate(minutes: number, held = new HeldSamples(readParts)): Promise<void> {
  const rolled = new RolledSamples(groups, { readRolled, writeRolled })
  await evaluateFleet(config, { held, rolled }, stores, { now: at(minutes), externalURL: 'https://example.com' })
}

/** Statuses of the notifications that wait to be published, oldest first. */
const told = async () => (await listOutbox()).map(({ payload }) => payload.status)
const state = async () => (await listAlerts()).map((alert) => alert.state)

/** A server that goes down and fires at minute 2. */
async function fire(): Promise<void> {
  for (const minute of [0, 1, 2]) {
    await poll(minute, 0)
    await evaluate(minute)
  }
  expect(await state()).toEqual(['firing'])
  expect(await told()).toEqual(['firing'])
}

describe('missed ticks', () => {
  test('a firing alert does not end because nobody looked for six minutes', async () => {
    await fire()
    await evaluate(8.5)
    expect(await state()).toEqual(['firing'])
    await poll(9, 0)
    await evaluate(9)
    expect(await told()).toEqual(['firing'])
    await poll(10, 1)
    await evaluate(10)
    expect(await told()).toEqual(['firing', 'resolved'])
  })

  test('a firing alert does not end because fleetwatch has no network of its own', async () => {
    await fire()
    for (const minute of [3, 4, 9]) {
      await poll(minute, -1)
      await evaluate(minute)
    }
    expect(await state()).toEqual(['firing'])
    await poll(10, 1)
    await evaluate(10)
    expect(await told()).toEqual(['firing', 'resolved'])
  })

  test('a pending alert is not lost, and the gap does not count towards its wait', async () => {
    await poll(0, 0)
    await evaluate(0)
    await evaluate(7)
    expect(await state()).toEqual(['pending'])
    await poll(8, 0)
    await evaluate(8)
    expect(await state()).toEqual(['pending'])
    for (const minute of [9, 10]) {
      await poll(minute, 0)
      await evaluate(minute)
    }
    expect(await told()).toEqual(['firing'])
  })

  test('a server that left the registry resolves', async () => {
    await fire()
    await saveRegistry({ put: [], remove: [server] })
    await evaluate(8.5)
    expect(await told()).toEqual(['firing', 'resolved'])
  })
})

describe('runs that repeat, overlap or die', () => {
  test('the same evaluation again changes and tells nothing', async () => {
    await fire()
    const before = await listAlerts()
    await evaluate(2)
    expect(await listAlerts()).toEqual(before)
    expect(await told()).toEqual(['firing'])
  })

  test('of two at once one wins, and one notification is written', async () => {
    await poll(0, 0)
    await evaluate(0)
    await poll(2, 0)
    const results = await Promise.allSettled([evaluate(2), evaluate(2), evaluate(2)])
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true)
    expect(await state()).toEqual(['firing'])
    expect(await told()).toEqual(['firing'])
  })

  test('a replayed poll changes nothing: the first block stands', async () => {
    await fire()
    await poll(2, 1)
    await evaluate(2.1)
    expect(await state()).toEqual(['firing'])
  })

  test('a warm function sees a poll that came late for its minute', async () => {
    const warm = new HeldSamples(readParts)
    for (const minute of [0, 1]) {
      await poll(minute, 0)
      await evaluate(minute, warm)
    }
    await evaluate(1.5, warm)
    await poll(1.4, 1, 'late')
    await evaluate(1.6, warm)
    expect(await state()).toEqual([])
  })
})

test('whatever happens, receivers hear firing and resolved in turn, and the last word is true', async () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('look' as const), status: fc.constantFrom(0 as const, 1 as const) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('gap' as const), minutes: fc.integer({ min: 1, max: 12 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('again' as const, 'at once' as const, 'cold' as const) }),
    },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      await startAnew()
      let minute = 0
      let warm = new HeldSamples(readParts)
      for (const one of steps) {
        if (one.kind === 'look') {
          minute += 1
          await poll(minute, one.status)
          await evaluate(minute, warm)
        } else if (one.kind === 'gap') minute += one.minutes
        else if (one.kind === 'cold') warm = new HeldSamples(readParts)
        else {
          const copies = one.kind === 'again' ? 1 : 3
          await Promise.allSettled(Array.from({ length: copies }, () => evaluate(minute)))
        }
      }
      // Two healthy looks settle it.
      for (const last of [1, 2]) {
        await poll(minute + last, 1)
        await evaluate(minute + last, warm)
      }
      const heard = await told()
      expect(heard).toEqual(heard.map((_, index) => (index % 2 === 0 ? 'firing' : 'resolved')))
      expect(heard.length % 2).toBe(0)
      expect((await state()).filter((one) => one !== 'resolved')).toEqual([])
    }),
    { numRuns: 25 },
  )
}, 120_000)
