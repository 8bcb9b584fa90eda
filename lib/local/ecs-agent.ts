import { ECSClient, ListTasksCommand, StopTaskCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { clientSettings } from './client-settings.ts'

/** Source of the events below. EventBridge keeps `aws.*` to AWS; fleetwatch hears others through `fleet.event_sources`. */
export const EVENT_SOURCE = 'fleetwatch.sim'

const CLUSTER = 'demo'

/**
 * Plays the part of the ECS agent, which the embedded AWS lacks: tells ECS that a service's process ended or runs again,
 * and publishes the task state changes that Amazon ECS would.
 */
export class EcsAgent {
  private readonly ecs: ECSClient
  private readonly events: EventBridgeClient
  private version = 1

  constructor(env: Record<string, string>) {
    this.ecs = new ECSClient(clientSettings(env))
    this.events = new EventBridgeClient(clientSettings(env))
  }

  /** The essential container of the service's task ended. */
  async taskEnded(service: string, exitCode: number): Promise<void> {
    const taskArn = await this.runningTask(service)
    if (!taskArn) throw new Error(`service ${service} has no running task`)
    const stoppedReason = 'Essential container in task exited'
    await this.ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: taskArn, reason: stoppedReason }))
    await this.publish(service, taskArn, {
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason,
      stoppedAt: new Date().toISOString(),
      containers: [{ name: 'mcp', lastStatus: 'STOPPED', exitCode }],
    })
  }

  /** ECS replaced the task, and the new one runs. */
  async taskStarted(service: string): Promise<void> {
    await this.ecs.send(
      new UpdateServiceCommand({ cluster: CLUSTER, service, forceNewDeployment: true, desiredCount: 1 }),
    )
    const taskArn = await this.runningTask(service)
    if (!taskArn) throw new Error(`service ${service} has no running task`)
    await this.publish(service, taskArn, {
      lastStatus: 'RUNNING',
      desiredStatus: 'RUNNING',
      startedAt: new Date().toISOString(),
      containers: [{ name: 'mcp', lastStatus: 'RUNNING' }],
    })
  }

  private async runningTask(serviceName: string): Promise<string | undefined> {
    const answer = await this.ecs.send(
      new ListTasksCommand({ cluster: CLUSTER, serviceName, desiredStatus: 'RUNNING' }),
    )
    return answer.taskArns?.[0]
  }

  private async publish(service: string, taskArn: string, change: Record<string, unknown>): Promise<void> {
    this.version += 1
    const detail = {
      clusterArn: `arn:aws:ecs:us-east-1:000000000000:cluster/${CLUSTER}`,
      taskArn,
      group: `service:${service}`,
      launchType: 'FARGATE',
      cpu: '256',
      memory: '512',
      version: this.version,
      ...change,
    }
    const answer = await this.events.send(
      new PutEventsCommand({
        Entries: [
          {
            Source: EVENT_SOURCE,
            DetailType: 'ECS Task State Change',
            Resources: [taskArn],
            Detail: JSON.stringify(detail),
          },
        ],
      }),
    )
    if (answer.FailedEntryCount) throw new Error(`EventBridge refused the event: ${answer.Entries?.[0]?.ErrorMessage}`)
  }
}
