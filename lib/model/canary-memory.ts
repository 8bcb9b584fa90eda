import * as z from 'zod'

/** The last call of one canary. Its series stand until the next call, which may be many polls away. */
export const CanaryResult = z.object({
  canary: z.string(),
  tool: z.string(),
  at: z.iso.datetime(),
  /** `skipped` when fleetwatch did not call: the tool is missing its read-only hint, or is not listed. */
  outcome: z.enum(['passed', 'failed', 'skipped']),
  /** Stable code: `ok`, `tool_error`, `slow`, `unexpected`, `unknown_tool`, `not_read_only`, or a fault of the probe. */
  reason: z.string(),
  message: z.string(),
  durationMs: z.number().optional(),
})
export type CanaryResult = z.infer<typeof CanaryResult>
