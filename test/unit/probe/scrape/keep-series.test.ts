import { expect, test } from 'vitest'
import { keepSeries } from '../../../../lib/probe/scrape/keep-series.ts'
import { parseExposition } from '../../../../lib/probe/scrape/parse-exposition.ts'

const NOW = Date.parse('2026-11-21T10:00:00Z')
const TARGET = { deployment: 'search', job: 'mcp-server', instance: '10.0.0.5:8080' }

function keep(text: string, given: { allow?: string[]; maxSeries?: number; honorLabels?: boolean } = {}) {
  const parsed = parseExposition(text, 'text/plain')
  if (!parsed.ok) throw new Error(parsed.problem.message)
  const settings = { allow: ['*'], maxSeries: 500, honorLabels: false, ...given }
  const kept = keepSeries(parsed.samples, settings, TARGET, NOW)
  const dropped = Object.fromEntries(Object.entries(kept.dropped).filter(([, count]) => count > 0))
  return { samples: kept.samples, dropped, names: kept.samples.map((sample) => sample.labels.__name__) }
}

test('a scraped series carries the target’s labels', () => {
  expect(keep('a{tool="x",empty=""} 3').samples).toEqual([
    { labels: { __name__: 'a', tool: 'x', ...TARGET }, value: 3 },
  ])
})

test.for([
  {
    name: 'renamed',
    text: 'a{job="other"} 1',
    honorLabels: false,
    expected: { job: 'mcp-server', exported_job: 'other' },
  },
  { name: 'honoured', text: 'a{job="other"} 1', honorLabels: true, expected: { job: 'other' } },
  { name: 'an empty one is none', text: 'a{job=""} 1', honorLabels: false, expected: { job: 'mcp-server' } },
  { name: 'an empty one, honoured, stays away', text: 'a{job=""} 1', honorLabels: true, expected: { job: undefined } },
  {
    name: 'the new name is taken',
    text: 'a{job="other",exported_job="x"} 1',
    honorLabels: false,
    expected: { job: 'mcp-server', exported_job: 'x', exported_exported_job: 'other' },
  },
])('label conflict: $name', ({ text, honorLabels, expected }) => {
  const labels = keep(text, { honorLabels }).samples[0]?.labels
  expect(labels).toEqual({ __name__: 'a', ...TARGET, ...expected })
})

test.for([
  { name: 'names outside the allow-list are not counted', text: 'go_x 1\nmcp_y 1', names: ['mcp_y'], dropped: {} },
  {
    name: 'fleetwatch’s own names are refused',
    text: 'mcp_deployment_status 1\nmcp_client_operation_duration_seconds_bucket{le="1"} 1\nmcp_z 1',
    names: ['mcp_z'],
    dropped: { reserved: 2 },
  },
  {
    name: 'the first of two equal series stays',
    text: 'mcp_a 1\nmcp_a 2',
    names: ['mcp_a'],
    dropped: { duplicate: 1 },
  },
  { name: 'five minutes old is still good', text: `mcp_a 1 ${NOW - 300_000}`, names: ['mcp_a'], dropped: {} },
  { name: 'older is not', text: `mcp_a 1 ${NOW - 300_001}`, names: [], dropped: { stale: 1 } },
  { name: 'label value of 512', text: `mcp_a{x="${'y'.repeat(512)}"} 1`, names: ['mcp_a'], dropped: {} },
  { name: 'label value of 513', text: `mcp_a{x="${'y'.repeat(513)}"} 1`, names: [], dropped: { too_long: 1 } },
])('left out: $name', ({ text, names, dropped }) => {
  expect(keep(text, { allow: ['mcp_*'] })).toMatchObject({ names, dropped })
})

const HISTOGRAM = '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'
test.for([
  { name: 'just enough', maxSeries: 5, names: ['h_bucket', 'h_bucket', 'h_sum', 'h_count', 'a'], dropped: {} },
  {
    name: 'one too few for the last',
    maxSeries: 4,
    names: ['h_bucket', 'h_bucket', 'h_sum', 'h_count'],
    dropped: { over_limit: 1 },
  },
  { name: 'a histogram is kept whole or not at all', maxSeries: 3, names: ['a'], dropped: { over_limit: 4 } },
])('limit: $name', ({ maxSeries, names, dropped }) => {
  expect(keep(`${HISTOGRAM}a 1`, { maxSeries })).toMatchObject({ names, dropped })
})

test('an endless exposition: only the beginning is looked at, the rest is counted, no half histogram is kept', () => {
  const singles = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}${index} 1`).join('\n')
  // With a limit of 3, twelve series are looked at: the last two are the beginning of the histogram.
  const { names, dropped } = keep(`a 1\n${singles('s', 9)}\n${HISTOGRAM}${singles('t', 5)}`, { maxSeries: 3 })
  expect(names).toEqual(['a', 's0', 's1'])
  expect(dropped).toEqual({ over_limit: 16 })
  const first = keep(
    `# TYPE b histogram\n${Array.from({ length: 11 }, (_, le) => `b_bucket{le="${le}"} 1`).join('\n')}\na 1\nb_sum 1\n`,
    { maxSeries: 3 },
  )
  expect(first).toMatchObject({ names: ['a'], dropped: { over_limit: 12 } })
})

test('counters keep their value through a restart, so that rate() sees the reset', () => {
  const values = ['mcp_x_total 900', 'mcp_x_total 3'].map((text) => keep(text).samples[0]?.value)
  expect(values).toEqual([900, 3])
})
