import { z } from 'zod'
import { DurationMs } from './duration.ts'
import { SecretReference } from './secret-reference.ts'

/** How a server wants to be asked. Header and token values are references to secrets, resolved when the probe runs. */
export const ProbeAuth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('bearer'), token: SecretReference }),
  z.strictObject({ type: z.literal('headers'), headers: z.record(z.string(), SecretReference) }),
])
export type ProbeAuth = z.infer<typeof ProbeAuth>

/** `probe:` in fleetwatch.yaml, for the fleet or for one server (whose keys win). */
export const ProbeSettingsInput = z.strictObject({
  timeout: DurationMs.optional().describe('Deadline of a whole probe, default 10s.'),
  path: z.string().startsWith('/').optional().describe('MCP path for endpoints found by task address, default /mcp.'),
  port: z.int().min(1).max(65535).optional().describe('Port for endpoints found by task address.'),
  host: z.string().optional().describe('Host header and TLS server name, when the endpoint is an address.'),
  era: z.enum(['auto', 'legacy', 'modern']).optional(),
  auth: ProbeAuth.optional(),
  allow_addresses: z
    .array(z.string())
    .optional()
    .describe('CIDR blocks that may be probed although they are loopback or link-local.'),
})
export type ProbeSettingsInput = z.infer<typeof ProbeSettingsInput>

/** Probe settings as the registry keeps them: every default filled in. Unknown keys of an older deployment are dropped. */
export const ProbeSettings = z.object({
  timeoutMs: z.number(),
  host: z.string().optional(),
  era: z.enum(['auto', 'legacy', 'modern']),
  auth: ProbeAuth,
  allowAddresses: z.array(z.string()),
})
export type ProbeSettings = z.infer<typeof ProbeSettings>
