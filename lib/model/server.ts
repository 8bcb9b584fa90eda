import * as z from 'zod'
import { ProbeSettings } from './probe-settings.ts'

/**
 * One MCP server = one ECS service and its endpoint. Its name is the metric label `deployment`, so ECS's own word
 * "deployment" (a rollout) stays free in code.
 */
export const Server = z.object({
  deployment: z.string(),
  cluster: z.string(),
  service: z.string(),
  endpoint: z.url(),
  /** Where the endpoint came from: a tag, the configuration, or a running task's address. */
  endpointSource: z.enum(['tag', 'config', 'task']),
  /** Labels that every series of this server carries besides `deployment`, from tags and configuration. */
  labels: z.record(z.string(), z.string()),
  probe: ProbeSettings,
  taskDefinition: z.string().optional(),
  /** Size of one task, for the cost estimate and for limits: CPU units (1024 = 1 vCPU) and MiB. */
  task: z
    .object({
      cpuUnits: z.number(),
      memoryMiB: z.number(),
      architecture: z.enum(['x86_64', 'arm64']),
      launchType: z.string(),
    })
    .optional(),
  /** Start of the oldest running task of the current revision. */
  oldestTaskStartedAt: z.iso.datetime().optional(),
  discoveredAt: z.iso.datetime(),
})
export type Server = z.infer<typeof Server>
