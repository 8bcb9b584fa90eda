import * as z from 'zod'

/** A task of the service that stopped, as ECS tells it. */
export const TaskStop = z.object({
  taskArn: z.string(),
  stopCode: z.string(),
  stoppedReason: z.string(),
  exitCode: z.number().optional(),
  stoppedAt: z.iso.datetime({ offset: true }),
})
export type TaskStop = z.infer<typeof TaskStop>

/** What ECS says of a service, besides what the probe sees. */
export const EcsFacts = z.object({
  desired: z.number(),
  running: z.number(),
  pending: z.number(),
  /** Of the newest rollout. The registry learns of a new one minutes later. */
  taskDefinition: z.string().optional(),
  rolloutState: z.enum(['IN_PROGRESS', 'COMPLETED', 'FAILED']).optional(),
  rolloutStateReason: z.string().optional(),
  /** Start of the newest rollout. */
  rolloutStartedAt: z.iso.datetime().optional(),
  oldestTaskStartedAt: z.iso.datetime({ offset: true }).optional(),
  lastStop: TaskStop.optional(),
})
export type EcsFacts = z.infer<typeof EcsFacts>
