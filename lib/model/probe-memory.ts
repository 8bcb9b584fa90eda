import { z } from 'zod'

/** What a server's probe needs to know of the earlier ones. */
export const ProbeMemory = z.object({
  era: z.enum(['legacy', 'modern']).optional(),
  eraCheckedAt: z.iso.datetime().optional(),
})
export type ProbeMemory = z.infer<typeof ProbeMemory>
