import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRolled, writeRolled } from '../../../lib/aws/samples-table.ts'
import { RolledSamples, SLOT_MS } from '../../../lib/evaluate/rolled-samples.ts'
import type { EmbeddedAws } from '../../../lib/local/embedded-aws.ts'
import { expressionOf } from '../../../lib/rules/expression-cache.ts'
import { LONGEST_RANGE_MS, RAW_RANGE_MS } from '../../../lib/rules/limits.ts'
import { loadRules } from '../../../lib/rules/load-rules.ts'
import { evaluateInstant } from '../../../lib/rules/promql/evaluate.ts'
import type { SeriesSource } from '../../../lib/rules/promql/value.ts'
import { SeriesStore } from '../../../lib/rules/store/series-store.ts'
import { startEmbeddedTables } from '../../support/embedded-tables.ts'

const START = Date.parse('2026-03-01T00:00:00Z')
const MINUTE = 60_000
const rules = (expr: string) =>
  loadRules([{ path: 'r.yml', text: `groups: [{ name: g, rules: [{ alert: A, expr: '${expr}' }] }]` }], {
    longestRangeMs: LONGEST_RANGE_MS,
  }).groups
const far = rules('increase(calls_total[4h]) > 0')

let aws: EmbeddedAws
beforeAll(async () => {
  aws = await startEmbeddedTables('rolled')
})
afterAll(() => aws.stop())

/** A counter of one call a minute, restarted after 150 minutes; a second series that ends after an hour. */
const samplesAt = (minute: number) => [
  { labels: { __name__: 'calls_total', server: 'a' }, value: minute % 150 },
  ...(minute < 60 ? [{ labels: { __name__: 'calls_total', server: 'b' }, value: minute }] : []),
  { labels: { __name__: 'other', server: 'a' }, value: minute },
]

/** Runs so many minutes of polls and evaluations; gives the source of the last evaluation. */
async function run(
  rolled: RolledSamples,
  from: number,
  to: number,
  skip: (minute: number) => boolean = () => false,
): Promise<SeriesSource> {
  const raw = new SeriesStore({ retentionMs: RAW_RANGE_MS + SLOT_MS })
  let source: SeriesSource = raw
  for (let minute = Math.max(0, from - 60); minute <= to; minute++) {
    const now = START + minute * MINUTE
    raw.addSamples(samplesAt(minute), now, 'a')
    raw.forget(now)
    if (minute >= from && !skip(minute)) source = await rolled.over(raw, new Date(now))
  }
  return source
}

/** What a Prometheus that scrapes every five minutes would hold. */
function scrapedEveryFiveMinutes(to: number): SeriesStore {
  const store = new SeriesStore({ retentionMs: LONGEST_RANGE_MS })
  for (let minute = 5; minute <= to; minute += 5) {
    const samples = samplesAt(minute).filter(({ labels }) => labels.__name__ === 'calls_total')
    store.addSamples(samples, START + minute * MINUTE, 'a')
  }
  return store
}

const increase = (source: SeriesSource, minute: number, range = '4h') =>
  evaluateInstant(expressionOf(`increase(calls_total[${range}])`), source, START + minute * MINUTE)

test('long ranges give what five-minute scrapes give, warm, cold, and over a pause of evaluations', async () => {
  const table = { readRolled, writeRolled }
  const warm = new RolledSamples(far, table)
  // 07:58, two minutes before a slot would be settled: the newest slot is the same on both sides.
  const source = await run(warm, 0, 478, (minute) => minute > 300 && minute < 330)
  const expected = increase(scrapedEveryFiveMinutes(475), 478)
  expect(expected).toMatchObject({ type: 'vector', samples: [{ labels: { server: 'a' } }] })
  expect(increase(source, 478)).toEqual(expected)

  const cold = await run(new RolledSamples(far, table), 478, 478)
  expect(increase(cold, 478)).toEqual(expected)
}, 60_000)

test('ranges up to an hour see every sample', async () => {
  const source = await run(new RolledSamples(far, { readRolled: async () => [], writeRolled: async () => {} }), 0, 100)
  expect(increase(source, 100, '3m')).toMatchObject({ samples: [{ value: 3 }] })
})

test('without a rule that looks far back nothing is read or written', async () => {
  const refuse = () => Promise.reject(new Error('the table was asked'))
  const near = new RolledSamples(rules('increase(calls_total[1h]) > 0'), { readRolled: refuse, writeRolled: refuse })
  await expect(run(near, 0, 20)).resolves.toBeInstanceOf(SeriesStore)
})

test('only the series that are looked back on are kept', async () => {
  const written: string[] = []
  const writeRolled = async (block: { observations: { samples: { labels: Record<string, string> }[] }[] }) => {
    written.push(...block.observations.flatMap(({ samples }) => samples.map(({ labels }) => labels.__name__ ?? '')))
  }
  await run(new RolledSamples(far, { readRolled: async () => [], writeRolled }), 0, 20)
  expect(new Set(written)).toEqual(new Set(['calls_total']))
})
