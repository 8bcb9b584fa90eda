import * as z from 'zod'

export const HEALTH_VALUE = { healthy: 1, warning: 0.5, critical: 0, unknown: -1 } as const
export const Health = z.enum(['healthy', 'warning', 'critical', 'unknown'])
export type Health = z.infer<typeof Health>

/** Layers from the bottom up; a verdict names the lowest that fails. */
export const LAYERS = ['ecs', 'network', 'dns', 'tls', 'http', 'auth', 'protocol', 'tools'] as const
export const Layer = z.enum(LAYERS)
export type Layer = z.infer<typeof Layer>

export const Timings = z.object({
  dnsMs: z.number().optional(),
  connectMs: z.number().optional(),
  tlsMs: z.number().optional(),
  firstByteMs: z.number().optional(),
  totalMs: z.number(),
})
export type Timings = z.infer<typeof Timings>

/** What one MCP session under a deadline showed, joined with what ECS says of the service. */
export const Verdict = z.object({
  health: Health,
  /** The lowest failing layer; absent when nothing fails or when the fault is the prober's own. */
  layer: Layer.optional(),
  /** Stable code for rules and filters: `ok`, `refused`, `timeout`, `auth`, `prober_error`, … */
  reason: z.string(),
  /** One sentence for the person who is woken. */
  message: z.string(),
  /** What else is to be known, a sentence each: a credential or certificate that ends, a canary, a health URL that disagrees. */
  notices: z.array(z.string()).optional(),
  era: z.enum(['legacy', 'modern']).optional(),
  protocolVersion: z.string().optional(),
  transport: z.enum(['streamable-http', 'http+sse']).optional(),
  server: z.object({ name: z.string(), version: z.string() }).optional(),
  tools: z.number().optional(),
  toolsHash: z.string().optional(),
  timings: Timings,
  requests: z.number(),
  session: z.enum(['deleted', 'none', 'leaked']),
  at: z.iso.datetime(),
})
export type Verdict = z.infer<typeof Verdict>
