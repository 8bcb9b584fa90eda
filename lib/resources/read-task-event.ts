import type { TaskStop } from '../model/ecs-facts.ts'
import type { EcsEvent, TaskStateChange } from '../model/events.ts'

/** Stops that somebody or something asked for; all others are restarts (ECS API reference, Task.stopCode). */
const ASKED_FOR = new Set(['UserInitiated', 'ServiceSchedulerInitiated'])

export interface SeenEvent {
  cluster: string
  service: string
  stop?: TaskStop
  isRestart: boolean
}

/** Which service an ECS event is about and what stopped; undefined for tasks that belong to no service. */
export function readTaskEvent(event: EcsEvent): SeenEvent | undefined {
  if (event['detail-type'] === 'ECS Task State Change') return readStateChange(event)
  // arn:aws:ecs:region:account:service/cluster/service
  const [, cluster, service] = (event.resources[0] ?? '').split('/')
  return cluster && service ? { cluster, service, isRestart: false } : undefined
}

function readStateChange({ detail, time }: TaskStateChange): SeenEvent | undefined {
  const service = detail.group?.startsWith('service:') ? detail.group.slice('service:'.length) : undefined
  const cluster = detail.clusterArn.split('/').at(-1)
  if (!service || !cluster) return undefined
  if (detail.lastStatus !== 'STOPPED') return { cluster, service, isRestart: false }
  const failed = detail.containers.find((container) => (container.exitCode ?? 0) !== 0) ?? detail.containers[0]
  const stopCode = detail.stopCode ?? 'Unknown'
  const reason = [detail.stoppedReason, failed?.reason].filter(Boolean).join('; ')
  return {
    cluster,
    service,
    stop: {
      taskArn: detail.taskArn,
      stopCode,
      stoppedReason: reason || 'no reason given',
      ...(failed?.exitCode !== undefined && { exitCode: failed.exitCode }),
      stoppedAt: detail.stoppedAt ?? time,
    },
    // The scheduler also stops tasks that fail their health checks: nobody asked for that.
    isRestart: !ASKED_FOR.has(stopCode) || /health check/i.test(detail.stoppedReason ?? ''),
  }
}
