import * as z from 'zod'

/** One tool in canonical form. `hash` covers name and schemas, `textHash` all that only people and models read. */
export const ToolPrint = z.object({
  name: z.string(),
  hash: z.string(),
  textHash: z.string(),
  /** Canonical schemas, to say later what changed; absent where keeping them would take too much room. */
  input: z.json().optional(),
  output: z.json().optional(),
  schemasLeftOut: z.literal(true).optional(),
})
export type ToolPrint = z.infer<typeof ToolPrint>

/** All tools of a server. The hashes stand for the sorted set; `tools` is absent when there are too many to keep. */
export const ToolSet = z.object({
  hash: z.string(),
  textHash: z.string(),
  count: z.number(),
  tools: z.array(ToolPrint).optional(),
})
export type ToolSet = z.infer<typeof ToolSet>

/** `breaking` may break callers that work today, `text` changes what a model is told, `info` neither. */
export const DRIFT_SEVERITIES = ['breaking', 'text', 'info'] as const
export const ToolChange = z.object({ tool: z.string(), severity: z.enum(DRIFT_SEVERITIES), what: z.string() })
export type ToolChange = z.infer<typeof ToolChange>

/** What ran when a set of tools was seen. */
const Release = z.object({ serverVersion: z.string().optional(), taskDefinition: z.string().optional() })

/** What is remembered of one server's tools. Kept in an item of its own, below 400 KB. */
export const DriftState = z.object({
  baseline: z.object({ set: ToolSet, release: Release, at: z.iso.datetime() }).optional(),
  /** A set other than the baseline's (and the drift's), seen this many probes in a row. */
  candidate: z
    .object({ hash: z.string(), textHash: z.string(), seen: z.number(), firstSeenAt: z.iso.datetime() })
    .optional(),
  /** Confirmed and not accepted yet. */
  drift: z
    .object({
      set: ToolSet,
      release: Release,
      changes: z.array(ToolChange),
      withoutRollout: z.boolean(),
      since: z.iso.datetime(),
    })
    .optional(),
  /** When a rollout was last seen in progress. */
  rolloutAt: z.iso.datetime().optional(),
})
export type DriftState = z.infer<typeof DriftState>

/** The little of a `DriftState` that tells in quiet times that nothing has changed, so that the rest stays unread. */
export const DriftSummary = z.object({
  hash: z.string(),
  textHash: z.string(),
  release: Release,
  /** No drift and no candidate: as long as the tools are those of the baseline there is nothing to do. */
  isSettled: z.boolean(),
})
export type DriftSummary = z.infer<typeof DriftSummary>
