import * as z from 'zod'
import { Labels } from './alert.ts'

/** One rule of a group. Durations in milliseconds; a recording rule has neither durations nor annotations. */
export const Rule = z.object({
  kind: z.enum(['alerting', 'recording']),
  /** Name of the alert, or of the recorded series. */
  name: z.string(),
  expr: z.string(),
  forMs: z.number(),
  keepFiringForMs: z.number(),
  /** The rule's own labels over the group's; templates in them are not expanded yet. */
  labels: Labels,
  annotations: Labels,
  /** Line of the file the rule starts at. */
  line: z.number(),
})
export type Rule = z.infer<typeof Rule>

/** Rules that are evaluated one after the other, as Prometheus' rule files group them. Plain JSON, bundled with the functions. */
export const RuleGroup = z.object({
  file: z.string(),
  name: z.string(),
  intervalMs: z.number().optional(),
  queryOffsetMs: z.number(),
  /** Most alerts or series one rule may give; 0 is no limit. */
  limit: z.number(),
  labels: Labels,
  rules: z.array(Rule),
})
export type RuleGroup = z.infer<typeof RuleGroup>
