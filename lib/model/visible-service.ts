/** An ECS service as discovery sees it. */
export interface VisibleService {
  cluster: string
  service: string
  status: string
  tags: Record<string, string>
  launchType: string
  taskDefinition?: string
}

export interface VisibleTask {
  taskArn: string
  taskDefinition?: string
  /** Private IPv4 address in awsvpc mode. */
  address?: string
  startedAt?: string
}

/** Size of one task and the first port a container maps. */
export interface TaskDefinition {
  cpuUnits: number
  memoryMiB: number
  architecture: 'x86_64' | 'arm64'
  port?: number
}
