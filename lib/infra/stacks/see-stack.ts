import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import type { Construct } from 'constructs'
import type { Config } from '../../config/load.ts'
import { fleetDashboard } from '../dashboards/fleet-dashboard.ts'
import type { Handler } from '../handler.ts'
import type { StateStack } from './state-stack.ts'

export interface SeeProps extends StackProps {
  config: Config
  state: StateStack
  handlers: Handler[]
}

/** The read side: dashboard of the fleet, and the parameter in which the command line finds the deployed parts. */
export class SeeStack extends Stack {
  constructor(scope: Construct, id: string, { config, state, handlers, ...props }: SeeProps) {
    super(scope, id, props)
    const dashboard = fleetDashboard(this, config)
    const functions = handlers.map((handler) => [functionVariable(handler.handlerName), handler.functionName])
    new StringParameter(this, 'resources', {
      // lib/aws/resources.ts reads this name.
      parameterName: '/fleetwatch/resources',
      description: 'Where fleetwatch keeps its state, read by its command line',
      stringValue: this.toJsonString({
        SERVERS_TABLE: state.servers.tableName,
        SAMPLES_TABLE: state.samples.tableName,
        ALERTS_TABLE: state.alerts.tableName,
        DELIVERIES_TABLE: state.deliveries.tableName,
        COSTS_TABLE: state.costs.tableName,
        ...Object.fromEntries(functions),
      }),
    })
    new CfnOutput(this, 'dashboard-url', {
      value: `https://${this.region}.console.aws.amazon.com/cloudwatch/home?region=${this.region}#dashboards/dashboard/${dashboard.dashboardName}`,
    })
  }
}

/** `on-task-event` becomes `ON_TASK_EVENT_FUNCTION`. */
function functionVariable(handlerName: string): string {
  return `${handlerName.replaceAll('-', '_').toUpperCase()}_FUNCTION`
}
