import * as z from 'zod'
import { CanaryResult } from './canary-memory.ts'
import { DriftSummary } from './drift.ts'

/** What is remembered of a server besides its MCP sessions; kept with the probe's memory. */
export const Surroundings = z.object({
  canaries: z.array(CanaryResult).default([]),
  /** End of the TLS certificate that the last session over TLS showed. */
  certificateNotAfter: z.iso.datetime().optional(),
  drift: DriftSummary.optional(),
})
export type Surroundings = z.infer<typeof Surroundings>
