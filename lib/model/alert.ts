import * as z from 'zod'

export const Labels = z.record(z.string(), z.string())

/** What a receiver was told when the alert fired, so that the same receiver hears of its end. */
export const Told = z.object({
  receiver: z.string(),
  integration: z.string(),
  groupKey: z.string(),
  groupLabels: Labels,
})
export type Told = z.infer<typeof Told>

/** One instance of an alerting rule, one per label set: pending, then firing, then resolved. */
export const Alert = z.object({
  /** Hash of the label set including `alertname`; annotations are not part of it. */
  fingerprint: z.string(),
  /** Name of the rule group and rule it comes from, to find it again after a redeploy. */
  group: z.string(),
  rule: z.string(),
  state: z.enum(['pending', 'firing', 'resolved']),
  labels: Labels,
  annotations: Labels,
  /** Value of the expression at the last evaluation; a string, since NaN and Inf occur. */
  value: z.string(),
  activeAt: z.iso.datetime(),
  firedAt: z.iso.datetime().optional(),
  /** Start of the `keep_firing_for` period: the condition was last false from here on. */
  keepFiringSince: z.iso.datetime().optional(),
  resolvedAt: z.iso.datetime().optional(),
  /** Why it ended, when not because its condition did. */
  resolvedReason: z.string().optional(),
  lastEvaluatedAt: z.iso.datetime(),
  told: z.array(Told),
  /** Counts every write; the condition of the next one. */
  version: z.number(),
})
export type Alert = z.infer<typeof Alert>

/** What one evaluation does to one alert in the table. */
export interface AlertChange {
  alert: Alert
  /** The alert as it was read; absent for a new one. Its version is the condition of the write. */
  previous?: Alert
  /** The alert leaves the table: a pending one whose condition ended, or one resolved long ago. */
  remove?: true
  /** What receivers hear of; absent when only bookkeeping changes (value, last evaluation). */
  event?: 'firing' | 'resolved'
}
