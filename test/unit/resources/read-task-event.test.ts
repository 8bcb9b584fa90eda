import { expect, test } from 'vitest'
import { EcsEvent } from '../../../lib/model/events.ts'
import { readTaskEvent } from '../../../lib/resources/read-task-event.ts'

function taskEvent(detail: Record<string, unknown>) {
  return EcsEvent.parse({
    id: 'e1',
    'detail-type': 'ECS Task State Change',
    time: '2026-11-21T09:00:00Z',
    resources: [],
    detail: {
      clusterArn: 'arn:aws:ecs:us-east-1:1:cluster/prod',
      taskArn: 'arn:aws:ecs:us-east-1:1:task/prod/t1',
      group: 'service:docs',
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      version: 3,
      ...detail,
    },
  })
}

test.for([
  { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited', isRestart: true },
  { stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError', isRestart: true },
  { stopCode: 'SpotInterruption', stoppedReason: 'Spot', isRestart: true },
  { stopCode: 'UserInitiated', stoppedReason: 'by hand', isRestart: false },
  { stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Scaling activity initiated', isRestart: false },
  { stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Task failed container health checks', isRestart: true },
])('$stopCode, $stoppedReason', ({ stopCode, stoppedReason, isRestart }) => {
  expect(readTaskEvent(taskEvent({ stopCode, stoppedReason }))).toMatchObject({
    cluster: 'prod',
    service: 'docs',
    isRestart,
  })
})

test('the exit code is that of the container that failed', () => {
  const containers = [
    { name: 'sidecar', exitCode: 0 },
    { name: 'mcp', exitCode: 137, reason: 'OutOfMemoryError: killed' },
  ]
  const seen = readTaskEvent(
    taskEvent({
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers,
    }),
  )
  expect(seen?.stop).toMatchObject({
    exitCode: 137,
    stoppedReason: 'Essential container in task exited; OutOfMemoryError: killed',
  })
})

test('a running task is no stop', () => {
  expect(readTaskEvent(taskEvent({ lastStatus: 'RUNNING' }))).toEqual({
    cluster: 'prod',
    service: 'docs',
    isRestart: false,
  })
})

test('a task outside any service is nobody’s', () => {
  expect(readTaskEvent(taskEvent({ group: 'family:one-off' }))).toBeUndefined()
})

test('a rollout names its service by ARN', () => {
  const event = EcsEvent.parse({
    id: 'e2',
    'detail-type': 'ECS Deployment State Change',
    time: '2026-11-21T09:00:00Z',
    resources: ['arn:aws:ecs:us-east-1:1:service/prod/docs'],
    detail: { eventType: 'INFO', eventName: 'SERVICE_DEPLOYMENT_COMPLETED' },
  })
  expect(readTaskEvent(event)).toEqual({ cluster: 'prod', service: 'docs', isRestart: false })
})
