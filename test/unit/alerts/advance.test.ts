import { describe, expect, test } from 'vitest'
import { advanceAlerts } from '../../../lib/alerts/advance.ts'
import type { Alert, AlertChange } from '../../../lib/model/alert.ts'
import type { RuleGroup } from '../../../lib/model/rule.ts'
import type { ActiveAlert, RuleFailure } from '../../../lib/rules/evaluation.ts'

const START = Date.parse('2026-11-21T09:00:00.000Z')
const FOR_MS = 5 * 60_000

function groupWith(given: Partial<RuleGroup['rules'][number]> = {}): RuleGroup[] {
  const rule = {
    kind: 'alerting' as const,
    name: 'Down',
    expr: 'up == 0',
    forMs: FOR_MS,
    keepFiringForMs: 0,
    labels: { severity: 'critical' },
    annotations: {},
    line: 1,
    ...given,
  }
  return [{ file: 'rules.yaml', name: 'g', queryOffsetMs: 0, limit: 0, labels: {}, rules: [rule] }]
}

function activeOf(groups: RuleGroup[], value = 0): ActiveAlert {
  const rule = groups[0]!.rules[0]!
  return {
    group: 'g',
    rule: rule.name,
    labels: { alertname: rule.name, deployment: 'search', ...rule.labels },
    annotations: { summary: 'down' },
    value,
    forMs: rule.forMs,
    keepFiringForMs: rule.keepFiringForMs,
  }
}

/** The alerts table and what was told, driven by evaluations at seconds after the start. */
class World {
  table = new Map<string, Alert>()
  events: string[] = []
  groups: RuleGroup[]
  constructor(groups = groupWith()) {
    this.groups = groups
  }
  evaluate(seconds: number, isActive: boolean, failures: RuleFailure[] = []): AlertChange[] {
    const active = isActive ? [activeOf(this.groups)] : []
    const changes = advanceAlerts([...this.table.values()], { active, failures }, this.groups, at(seconds))
    for (const change of changes) this.write(change, seconds)
    return changes
  }
  write(change: AlertChange, seconds: number) {
    const { alert, previous } = change
    expect(this.table.get(alert.fingerprint)?.version, 'condition of the write').toBe(previous?.version)
    expect(alert.version).toBe((previous?.version ?? 0) + 1)
    if (change.remove) this.table.delete(alert.fingerprint)
    else this.table.set(alert.fingerprint, alert)
    if (change.event) this.events.push(`${seconds} ${change.event}`)
  }
  get state() {
    return [...this.table.values()].map(({ state }) => state).join()
  }
}

const at = (seconds: number) => new Date(START + seconds * 1000)

/** Evaluations as text, one per step: `x` holds, `.` does not, `!` the rule failed, `-` nobody evaluated. */
function run(world: World, history: string, stepSeconds = 60) {
  for (const [index, what] of [...history].entries()) {
    if (what === '-') continue
    const failures = what === '!' ? [{ group: 'g', rule: 'Down', message: 'boom' }] : []
    world.evaluate(index * stepSeconds, what === 'x', failures)
  }
  return world
}

describe('timing as in Prometheus, one evaluation a minute', () => {
  test.for([
    { name: 'fires at the minute `for` is reached, not before', history: 'xxxxx', events: [], state: 'pending' },
    { name: '`for` is inclusive', history: 'xxxxxx', events: ['300 firing'], state: 'firing' },
    { name: 'a pending alert that ends leaves nothing', history: 'xxx.', events: [], state: '' },
    { name: 'a gap in the condition starts the waiting again', history: 'xxx.xxxxx', events: [], state: 'pending' },
    { name: 'resolves at once', history: 'xxxxxx.', events: ['300 firing', '360 resolved'], state: 'resolved' },
    {
      name: 'resolved is kept for 15 minutes, inclusive',
      history: `xxxxxx${'.'.repeat(16)}`,
      events: ['300 firing', '360 resolved'],
      state: 'resolved',
    },
    {
      name: 'and then forgotten',
      history: `xxxxxx${'.'.repeat(17)}`,
      events: ['300 firing', '360 resolved'],
      state: '',
    },
    {
      name: 'a resolved one that comes back waits anew',
      history: 'xxxxxx.xxxxxx',
      events: ['300 firing', '360 resolved', '720 firing'],
      state: 'firing',
    },
    { name: 'a failed rule keeps a pending alert', history: 'xxx!xx', events: ['300 firing'], state: 'firing' },
    { name: 'a failed rule keeps a firing alert', history: 'xxxxxx!!!!!!!', events: ['300 firing'], state: 'firing' },
  ])('$name', ({ history, events, state }) => {
    const world = run(new World(), history)
    expect(world.events).toEqual(events)
    expect(world.state).toBe(state)
  })

  test('without `for` it fires at first sight', () => {
    expect(run(new World(groupWith({ forMs: 0 })), 'x').events).toEqual(['0 firing'])
  })
})

describe('keep_firing_for', () => {
  const keeping = () => new World(groupWith({ forMs: 0, keepFiringForMs: 120_000 }))
  test.for([
    { name: 'holds the alert less than its time', history: 'x..', events: ['0 firing'] },
    { name: 'lets go when its time is reached', history: 'x...', events: ['0 firing', '180 resolved'] },
    { name: 'starts anew when the condition comes back', history: 'x..x..', events: ['0 firing'] },
  ])('$name', ({ history, events }) => {
    expect(run(keeping(), history).events).toEqual(events)
  })
})

test('an alert that is kept firing is written when that begins, then once a minute', () => {
  const world = run(new World(groupWith({ forMs: 0, keepFiringForMs: 600_000 })), 'x')
  const counts = [15, 30, 45, 70, 85].map((seconds) => world.evaluate(seconds, false).length)
  expect(counts).toEqual([1, 0, 0, 1, 0])
  expect(world.state).toBe('firing')
})

describe('what goes wrong around an evaluation', () => {
  test('the same evaluation twice changes nothing', () => {
    const world = run(new World(), 'xxxxxx')
    expect(world.evaluate(300, true)).toEqual([])
    expect(world.events).toEqual(['300 firing'])
  })

  test('an older evaluation that is replayed changes nothing', () => {
    const world = run(new World(), 'xxxxxx')
    expect(world.evaluate(200, false)).toEqual([])
    expect(world.state).toBe('firing')
  })

  test('a gap of up to 5 minutes counts towards `for`, a longer one does not', () => {
    expect(run(new World(), 'x----x').events).toEqual(['300 firing'])
    const long = run(new World(), 'xxx------x')
    expect(long.state).toBe('pending')
    expect(run(long, '---------------').events).toEqual([])
    for (const second of [600, 660]) long.evaluate(second, true)
    expect(long.events).toEqual([])
    long.evaluate(720, true)
    expect(long.events).toEqual(['720 firing'])
  })

  test('a firing alert survives an outage of hours and still resolves', () => {
    const world = run(new World(), 'xxxxxx')
    world.evaluate(7 * 3600, true)
    expect(world.state).toBe('firing')
    world.evaluate(7 * 3600 + 60, false)
    expect(world.events).toEqual(['300 firing', '25260 resolved'])
  })

  test('a clock that is set back by an hour keeps what was waited so far', () => {
    const world = run(new World(), 'xxx')
    world.evaluate(120 - 3600, true)
    world.evaluate(240 - 3600, true)
    expect(world.events).toEqual([])
    world.evaluate(300 - 3600, true)
    expect(world.events).toEqual(['-3300 firing'])
  })

  test('a clock that was ahead leaves no alert for ever', () => {
    const world = run(new World(groupWith({ forMs: 0 })), 'x.')
    world.evaluate(-86_400, false)
    expect(world.state).toBe('')
  })

  test('two evaluations that overlap ask for the same version, so one of them is refused', () => {
    const world = run(new World(), 'xxxxx')
    const known = [...world.table.values()]
    const [first] = advanceAlerts(known, { active: [activeOf(world.groups)], failures: [] }, world.groups, at(300))
    const [second] = advanceAlerts(known, { active: [], failures: [] }, world.groups, at(300))
    expect(first?.previous?.version).toBe(second?.previous?.version)
  })
})

describe('a rule that is edited', () => {
  const firing = () => run(new World(), 'xxxxxx')

  test('keeps its alerts when expression, `for` or annotations change', () => {
    const world = firing()
    world.groups = groupWith({ expr: 'up < 1', forMs: 3_600_000 })
    world.evaluate(360, true)
    expect(world.state).toBe('firing')
    expect(world.events).toEqual(['300 firing'])
  })

  test('keeps its alerts when it moves to another group', () => {
    const world = firing()
    world.groups = groupWith().map((group) => ({ ...group, name: 'other', file: 'other.yaml' }))
    world.evaluate(360, true)
    expect(world.events).toEqual(['300 firing'])
  })

  test.for([
    { name: 'removed', groups: [] },
    { name: 'given other labels', groups: groupWith({ labels: { severity: 'warning' } }) },
  ])('resolves its alerts with the reason when it is $name, even while it fails', ({ groups }) => {
    const world = firing()
    world.groups = groups
    world.evaluate(360, false, [{ group: 'g', rule: 'Down', message: 'boom' }])
    expect(world.events).toEqual(['300 firing', '360 resolved'])
    expect([...world.table.values()][0]?.resolvedReason).toMatch(/removed/)
  })

  test('two rules of one name: the alert stays while one of them fails', () => {
    const world = firing()
    const [group] = groupWith()
    world.groups = [group!, { ...group!, name: 'twin' }]
    world.evaluate(360, false, [{ group: 'twin', rule: 'Down', message: 'boom' }])
    expect(world.state).toBe('firing')
  })
})

test('bookkeeping alone is written once a minute, not at each evaluation', () => {
  const world = run(new World(), 'xxxxxx')
  expect(world.evaluate(315, true)).toEqual([])
  expect(world.evaluate(330, true)).toEqual([])
  expect(world.evaluate(360, true)).toHaveLength(1)
})
