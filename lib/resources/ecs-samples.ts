import type { MetricName } from '../metrics/names.ts'
import type { EcsFacts } from '../model/ecs-facts.ts'
import type { Labels, Sample } from '../model/sample.ts'
import type { Server } from '../model/server.ts'
import type { TaskFacts } from '../model/server-state.ts'

/** Series of what ECS says of a server: tasks by state, rollout, uptime in seconds, restarts and stops. */
export function ecsSamples(server: Server, facts: EcsFacts | undefined, tasks: TaskFacts, now: Date): Sample[] {
  const sample = (name: MetricName, value: number, labels: Labels = {}): Sample => ({
    labels: { __name__: name, ...server.labels, deployment: server.deployment, ...labels },
    value,
  })
  const stops = Object.entries(tasks.stops).map(([key, count]) => {
    const [stopCode = '', exitCode = ''] = key.split('|')
    return sample('mcp_deployment_task_stops_total', count, {
      stop_code: stopCode,
      ...(exitCode && { exit_code: exitCode }),
    })
  })
  const counted = [sample('mcp_deployment_restarts_total', tasks.restarts), ...stops]
  if (!facts) return counted
  const startedAt = facts.oldestTaskStartedAt
  return [
    ...counted,
    sample('mcp_deployment_tasks', facts.desired, { state: 'desired' }),
    sample('mcp_deployment_tasks', facts.running, { state: 'running' }),
    sample('mcp_deployment_tasks', facts.pending, { state: 'pending' }),
    sample('mcp_deployment_rollout_in_progress', facts.rolloutState === 'IN_PROGRESS' ? 1 : 0),
    sample('mcp_deployment_rollout_failed', facts.rolloutState === 'FAILED' ? 1 : 0),
    ...(startedAt
      ? [sample('mcp_deployment_uptime_seconds', Math.max(0, (now.getTime() - Date.parse(startedAt)) / 1000))]
      : []),
  ]
}
