import { expect, test } from 'vitest'
import { formatDrift } from '../../../../lib/cli/commands/drift.ts'
import type { DriftState } from '../../../../lib/model/drift.ts'
import { describeDrift } from '../../../../lib/probe/drift/describe-drift.ts'
import { printTools } from '../../../../lib/probe/drift/print-tools.ts'

const AT = '2026-11-21T10:00:00.000Z'
const set = printTools([{ name: 'a' }, { name: 'b' }])
const baseline: NonNullable<DriftState['baseline']> = { set, release: {}, at: '2026-11-01T00:00:00.000Z' }
const SEARCH = describeDrift('search', {
  baseline,
  drift: {
    set: printTools([{ name: 'a' }]),
    release: {},
    changes: [
      { tool: 'a', severity: 'text', what: 'its title, description or hints are worded differently' },
      { tool: 'b', severity: 'breaking', what: 'is gone' },
    ],
    withoutRollout: true,
    since: '2026-11-21T08:00:00.000Z',
  },
})
const QUIET = describeDrift('payments', { baseline })
const NEW = describeDrift('new', {})

test('what programs read', () => {
  expect(SEARCH).toEqual({
    deployment: 'search',
    state: 'changed',
    tools: 1,
    baselineAt: '2026-11-01T00:00:00.000Z',
    since: '2026-11-21T08:00:00.000Z',
    withoutRollout: true,
    changes: [
      { tool: 'b', severity: 'breaking', what: 'is gone' },
      { tool: 'a', severity: 'text', what: 'its title, description or hints are worded differently' },
    ],
  })
  expect([QUIET.state, NEW.state, NEW.tools]).toEqual(['unchanged', 'unknown', null])
})

const format = (all: Parameters<typeof formatDrift>[0], isNamed = false) =>
  formatDrift(all, Number.POSITIVE_INFINITY, new Date(AT), isNamed)

test('what people read', () => {
  expect(format([SEARCH, QUIET, NEW])).toMatchInlineSnapshot(`
    "SERVER  SEVERITY  TOOL     SEEN  ROLLOUT  WHAT
    search  breaking  b     2 h ago  none     is gone
    search  text      a     2 h ago  none     its title, description or hints are worded differently

    If a change is meant:
      fleetwatch drift accept search

    unchanged: 1 server
    no baseline yet: 1 server"
  `)
  expect(format([QUIET, NEW], true)).toMatchInlineSnapshot(`
    "payments: unchanged, 2 tools
    new: no baseline yet; two good probes in a row make one"
  `)
  expect(format([QUIET])).toBe('unchanged: 1 server')
  expect(format([])).toBe('no servers are registered; "fleetwatch discover --explain" says why')
})
