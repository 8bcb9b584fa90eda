import * as z from 'zod'

/** How a server wants to be spoken to: the protocol era and, within the legacy one, the transport. */
export const KnownEra = z.object({
  era: z.enum(['legacy', 'modern']),
  transport: z.enum(['streamable-http', 'http+sse']),
})
export type KnownEra = z.infer<typeof KnownEra>

/** Durations of `tools/list` by error type (`-` for none): how many per bucket, not cumulated, and their sum in seconds. */
export const OperationHistogram = z.record(z.string(), z.object({ counts: z.array(z.number()), sum: z.number() }))
export type OperationHistogram = z.infer<typeof OperationHistogram>

/** What probing one server must remember from one probe to the next; kept with the server, one item each. */
export const ProbeMemory = z.object({
  /** Last era that a conclusive answer proved, and when; asked anew every few hours. */
  known: KnownEra.optional(),
  knownAt: z.iso.datetime().optional(),
  /** The last probes, newest last: whether each failed in a way that may mean "down". */
  recent: z.array(z.object({ at: z.iso.datetime(), failed: z.boolean() })).optional(),
  /** Start of the failures that have not ended yet. */
  failingSince: z.iso.datetime().optional(),
  /** Durations of the last good probes in milliseconds, newest last: the server's own normal. */
  durationsMs: z.array(z.number()).optional(),
  /** How many of the last good probes in a row were slow. */
  slowInARow: z.number().optional(),
  operations: OperationHistogram.optional(),
  /** Number of tools of the last good probe. */
  tools: z.number().optional(),
  /** Sessions this server did not let the probe delete: in all, and in a row. */
  sessionsLeaked: z.number().optional(),
  leaksInARow: z.number().optional(),
  /** Not to be probed before this: the server asked for it (Retry-After), or its sessions pile up. */
  notBefore: z.iso.datetime().optional(),
})
export type ProbeMemory = z.infer<typeof ProbeMemory>
