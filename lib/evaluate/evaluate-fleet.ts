import { advanceAlerts } from '../alerts/advance.ts'
import { alertSeries } from '../alerts/alert-series.ts'
import { holdSilent } from '../alerts/hold-silent.ts'
import type { Config } from '../config/load.ts'
import { inventorySamples, ownSamples } from '../metrics/own-samples.ts'
import type { Alert, AlertChange } from '../model/alert.ts'
import type { Block, Sample } from '../model/sample.ts'
import { minuteOf } from '../model/sample.ts'
import type { Server } from '../model/server.ts'
import { type DecidedChange, decideTelling } from '../routing/decide-telling.ts'
import { evaluateGroups } from '../rules/evaluate-groups.ts'
import type { RuleFailure } from '../rules/evaluation.ts'
import type { HeldSamples } from './held-samples.ts'
import type { RolledSamples } from './rolled-samples.ts'

/** Where an evaluation reads and writes (lib/aws). */
export interface Stores {
  listServers(): Promise<Server[]>
  listAlerts(): Promise<Alert[]>
  readCostSeries(): Promise<{ samples: Sample[] } | undefined>
  saveChanges(changes: DecidedChange[]): Promise<void>
  writeBlock(block: Block): Promise<void>
}

/** What an evaluation did, for the log and for metrics. */
export interface EvaluationReport {
  changes: number
  failures: RuleFailure[]
  /** Receivers that heard of a firing and cannot hear of its end. */
  undeliverable: string[]
  samples: Sample[]
}

/**
 * One evaluation at `now`: rules over held samples → alert changes → notifications, each alert written together with
 * its notifications. Everything that is decided is decided from values in hand; a write that meets a newer state throws
 * and leaves nothing half done.
 */
export async function evaluateFleet(
  config: Pick<Config, 'groups' | 'alerting'>,
  { held, rolled }: { held: HeldSamples; rolled: RolledSamples },
  stores: Stores,
  { now, externalURL }: { now: Date; externalURL: string },
): Promise<EvaluationReport> {
  const startedAt = Date.now()
  const [servers, costs, known] = await Promise.all([
    stores.listServers(),
    stores.readCostSeries(),
    stores.listAlerts(),
  ])
  const store = await held.upTo(now)
  const seen = held.lastSeen(now)
  // Series that change seldom or that no poll writes are stamped with the evaluation's own time.
  store.addSamples(inventorySamples(servers, seen.at, now), now.getTime(), 'inventory')
  if (costs) store.addSamples(costs.samples, now.getTime(), 'costs')
  store.addSamples(alertSeries(known), now.getTime(), 'alerts')

  const source = await rolled.over(store, now)
  const evaluation = evaluateGroups(config.groups, source, now, { externalLabels: {}, externalUrl: externalURL })
  const changes = holdSilent(advanceAlerts(known, evaluation, config.groups, now), {
    observed: seen.recently,
    registered: new Set(servers.map(({ deployment }) => deployment)),
  })
  const { decided, undeliverable } = decideTelling(changes, config.alerting, { externalURL, now })
  await stores.saveChanges(decided)
  // Also when nothing was recorded: only an observation that lacks a series ends it.
  if (hasRecordingRules(config.groups)) await stores.writeBlock(recordedBlock(evaluation.recorded, now))

  store.addSamples(held.countFailures(evaluation.failures), now.getTime(), 'rule failures')
  const alerts = applied(known, changes)
  const samples = ownSamples({ statuses: seen.statuses, alerts, durationMs: Date.now() - startedAt })
  // For the rules of the next evaluation; CloudWatch gets the same.
  store.addSamples(samples, now.getTime(), 'fleetwatch')
  return { changes: changes.length, failures: evaluation.failures, undeliverable, samples }
}

function hasRecordingRules(groups: Config['groups']): boolean {
  return groups.some(({ rules }) => rules.some(({ kind }) => kind === 'recording'))
}

/** Recorded series are samples like others: later evaluations find them in the table, after a cold start too. */
function recordedBlock(samples: Sample[], now: Date): Block {
  const at = now.getTime()
  return { minute: minuteOf(at), source: 'rules', batch: String(at), observations: [{ target: 'rules', at, samples }] }
}

function applied(known: Alert[], changes: AlertChange[]): Alert[] {
  const alerts = new Map(known.map((alert) => [alert.fingerprint, alert]))
  for (const { alert, remove } of changes) {
    if (remove) alerts.delete(alert.fingerprint)
    else alerts.set(alert.fingerprint, alert)
  }
  return [...alerts.values()]
}
