import fc from 'fast-check'
import { expect, test } from 'vitest'
import { advanceAlerts, UNWATCHED_AFTER_MS } from '../../../lib/alerts/advance.ts'
import type { Alert, AlertChange } from '../../../lib/model/alert.ts'
import type { RuleGroup } from '../../../lib/model/rule.ts'

const START = Date.parse('2026-11-21T09:00:00.000Z')
const INSTANCES = ['a', 'b', 'c'] as const

interface Evaluation {
  atMs: number
  active: readonly string[]
  failed: boolean
}
interface Event {
  atMs: number
  instance: string
  event: 'firing' | 'resolved'
}

function groupsOf(forMs: number, keepFiringForMs: number): RuleGroup[] {
  const rule = {
    kind: 'alerting' as const,
    name: 'Down',
    expr: 'up == 0',
    forMs,
    keepFiringForMs,
    labels: {},
    annotations: {},
    line: 1,
  }
  return [{ file: 'r.yaml', name: 'g', queryOffsetMs: 0, limit: 0, labels: {}, rules: [rule] }]
}

/** The alerts table with its conditional writes, as DynamoDB does them. */
class Table {
  alerts = new Map<string, Alert>()
  events: Event[] = []

  snapshot(): Alert[] {
    return [...this.alerts.values()]
  }

  decide(snapshot: Alert[], { atMs, active, failed }: Evaluation, groups: RuleGroup[]): AlertChange[] {
    const { forMs, keepFiringForMs } = groups[0]!.rules[0]!
    const found = failed
      ? []
      : active.map((instance) => ({
          group: 'g',
          rule: 'Down',
          labels: { alertname: 'Down', instance },
          annotations: {},
          value: 0,
          forMs,
          keepFiringForMs,
        }))
    const failures = failed ? [{ group: 'g', rule: 'Down', message: 'boom' }] : []
    return advanceAlerts(snapshot, { active: found, failures }, groups, new Date(START + atMs))
  }

  /** Writes each change whose condition holds. */
  write(changes: AlertChange[], atMs: number): void {
    for (const { alert, previous, remove, event } of changes) {
      if (this.alerts.get(alert.fingerprint)?.version !== previous?.version) continue
      if (remove) this.alerts.delete(alert.fingerprint)
      else this.alerts.set(alert.fingerprint, alert)
      if (event) this.events.push({ atMs, instance: alert.labels.instance ?? '', event })
    }
  }

  run(evaluation: Evaluation, groups: RuleGroup[]): void {
    this.write(this.decide(this.snapshot(), evaluation, groups), evaluation.atMs)
  }
}

/** Evaluations in order of time; most come after a minute or less, some are missed for long. */
const history = fc
  .array(
    fc.record({
      gapMs: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 1, max: 90 }).map((seconds) => seconds * 1000) },
        { weight: 1, arbitrary: fc.integer({ min: 2, max: 30 }).map((minutes) => minutes * 60_000) },
      ),
      active: fc.oneof(
        { weight: 3, arbitrary: fc.constant<readonly string[]>(INSTANCES) },
        { weight: 2, arbitrary: fc.subarray([...INSTANCES]) },
      ),
      failed: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let atMs = 0
    return steps.map(({ gapMs, active, failed }): Evaluation => {
      atMs += gapMs
      return { atMs, active, failed }
    })
  })
const timing = fc.record({
  forMs: fc.constantFrom(0, 15_000, 60_000, 300_000, 900_000),
  keepFiringForMs: fc.constantFrom(0, 60_000, 300_000),
})

function expectAlternating(events: Event[]): void {
  for (const instance of INSTANCES) {
    const own = events.filter((event) => event.instance === instance).map(({ event }) => event)
    expect(own).toEqual(own.map((_, index) => (index % 2 === 0 ? 'firing' : 'resolved')))
  }
}

test('firing and resolved alternate, whatever is evaluated', () => {
  fc.assert(
    fc.property(history, timing, (evaluations, { forMs, keepFiringForMs }) => {
      const groups = groupsOf(forMs, keepFiringForMs)
      const table = new Table()
      for (const evaluation of evaluations) table.run(evaluation, groups)
      expectAlternating(table.events)
    }),
  )
})

test('evaluations delivered twice, or that died before or in the middle of their writes and came again, change nothing', () => {
  fc.assert(
    fc.property(
      history,
      timing,
      fc.infiniteStream(fc.nat({ max: 3 })),
      (evaluations, { forMs, keepFiringForMs }, faults) => {
        const groups = groupsOf(forMs, keepFiringForMs)
        const [once, often] = [new Table(), new Table()]
        for (const evaluation of evaluations) {
          once.run(evaluation, groups)
          const written = faults.next().value
          const changes = often.decide(often.snapshot(), evaluation, groups)
          often.write(changes.slice(0, written), evaluation.atMs)
          often.run(evaluation, groups)
          often.run(evaluation, groups)
        }
        const sorted = (events: Event[]) => events.map((event) => JSON.stringify(event)).sort()
        expect(sorted(often.events)).toEqual(sorted(once.events))
        expect(
          often
            .snapshot()
            .map(({ fingerprint, state }) => `${fingerprint} ${state}`)
            .sort(),
        ).toEqual(
          once
            .snapshot()
            .map(({ fingerprint, state }) => `${fingerprint} ${state}`)
            .sort(),
        )
      },
    ),
  )
})

test('of two evaluations that overlap, one writes each alert', () => {
  fc.assert(
    fc.property(
      history,
      timing,
      fc.infiniteStream(fc.boolean()),
      (evaluations, { forMs, keepFiringForMs }, overlaps) => {
        const groups = groupsOf(forMs, keepFiringForMs)
        const table = new Table()
        for (const [index, evaluation] of evaluations.entries()) {
          const snapshot = table.snapshot()
          const changes = table.decide(snapshot, evaluation, groups)
          const next = evaluations[index + 1]
          if (next && overlaps.next().value) table.write(table.decide(snapshot, next, groups), next.atMs)
          table.write(changes, evaluation.atMs)
          expectAlternating(table.events)
          expect(new Set(table.snapshot().map(({ fingerprint }) => fingerprint)).size).toBe(table.alerts.size)
        }
      },
    ),
  )
})

test('fires only after the condition was seen to hold for `for`; time nobody watched does not count', () => {
  fc.assert(
    fc.property(history, timing, (evaluations, { forMs, keepFiringForMs }) => {
      const groups = groupsOf(forMs, keepFiringForMs)
      const table = new Table()
      const watchedMs = new Map<string, number>()
      let lastMs: number | undefined
      for (const evaluation of evaluations) {
        const { atMs, active, failed } = evaluation
        const gapMs = lastMs === undefined ? 0 : atMs - lastMs
        if (!failed) {
          for (const instance of INSTANCES) {
            const before = watchedMs.get(instance)
            if (!active.includes(instance)) watchedMs.delete(instance)
            else watchedMs.set(instance, before === undefined ? 0 : before + (gapMs > UNWATCHED_AFTER_MS ? 0 : gapMs))
          }
          lastMs = atMs
        }
        const count = table.events.length
        table.run(evaluation, groups)
        for (const { instance, event } of table.events.slice(count)) {
          if (event === 'firing') expect(watchedMs.get(instance)).toBeGreaterThanOrEqual(forMs)
          else expect(active.includes(instance) || failed).toBe(false)
        }
      }
    }),
  )
})

test('an alert is lost neither by failures nor by missed evaluations: what fires is in the table until it resolves', () => {
  fc.assert(
    fc.property(history, timing, (evaluations, { forMs, keepFiringForMs }) => {
      const groups = groupsOf(forMs, keepFiringForMs)
      const table = new Table()
      for (const evaluation of evaluations) {
        table.run(evaluation, groups)
        for (const instance of INSTANCES) {
          const last = table.events.findLast((event) => event.instance === instance)
          const stored = table.snapshot().find(({ labels }) => labels.instance === instance)
          if (last?.event === 'firing') expect(stored?.state).toBe('firing')
        }
      }
    }),
  )
})
