import * as z from 'zod'

/** Events that functions receive. Others' events are read loosely: only what is used must be there. */

/** EventBridge scheduled rule (Amazon EventBridge User Guide, "Creating a rule that runs on a schedule"). */
export const ScheduledEvent = z.looseObject({ id: z.string(), time: z.iso.datetime() })

/** What tick and on-task-event ask of poll: at most 50 servers, each named by its `deployment`. */
export const PollRequest = z.strictObject({
  reason: z.enum(['schedule', 'event']),
  /** Minute of the request, `2026-11-21T09:18`: part of the block's key, so that a replay writes the same block. */
  minute: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/),
  batch: z.string().min(1),
  deployments: z.array(z.string().min(1)).min(1).max(50),
})
export type PollRequest = z.infer<typeof PollRequest>

/** Asks for one evaluation of all rules. */
export const EvaluateRequest = z.strictObject({ reason: z.enum(['tick', 'poll', 'event']), at: z.iso.datetime() })
export type EvaluateRequest = z.infer<typeof EvaluateRequest>

const EcsEnvelope = z.looseObject({ id: z.string(), time: z.iso.datetime(), resources: z.array(z.string()) })

/** ECS Task State Change (Amazon ECS Developer Guide, "Amazon ECS task state change events"). */
export const TaskStateChange = EcsEnvelope.extend({
  'detail-type': z.literal('ECS Task State Change'),
  detail: z.looseObject({
    clusterArn: z.string(),
    taskArn: z.string(),
    group: z.string().optional(),
    lastStatus: z.string(),
    desiredStatus: z.string(),
    stopCode: z.string().optional(),
    stoppedReason: z.string().optional(),
    stoppedAt: z.iso.datetime({ offset: true }).optional(),
    version: z.number(),
    containers: z
      .array(z.looseObject({ name: z.string(), exitCode: z.number().optional(), reason: z.string().optional() }))
      .default([]),
  }),
})
export type TaskStateChange = z.infer<typeof TaskStateChange>

/** ECS Deployment State Change and ECS Service Action: `resources[0]` is the service's ARN. */
export const ServiceEvent = EcsEnvelope.extend({
  'detail-type': z.enum(['ECS Deployment State Change', 'ECS Service Action']),
  detail: z.looseObject({ eventType: z.string(), eventName: z.string(), reason: z.string().optional() }),
})
export type ServiceEvent = z.infer<typeof ServiceEvent>

export const EcsEvent = z.discriminatedUnion('detail-type', [TaskStateChange, ServiceEvent])
export type EcsEvent = z.infer<typeof EcsEvent>

/** discover runs on its schedule and on events of ECS services. */
export const DiscoverEvent = z.looseObject({ id: z.string() })
