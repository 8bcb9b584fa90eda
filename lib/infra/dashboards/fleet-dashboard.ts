import { Duration } from 'aws-cdk-lib'
import {
  Dashboard,
  GraphWidget,
  MathExpression,
  Metric,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import { dashboardName } from '../../config/external-url.ts'
import type { Config } from '../../config/load.ts'
import { METRICS, type MetricName } from '../../metrics/names.ts'
import { HEALTH_VALUE } from '../../model/verdict.ts'

const NAMESPACE = 'Fleetwatch'
const COLOURS = { healthy: '#2ca02c', warning: '#ff7f0e', critical: '#d62728', unknown: '#7f7f7f' }

/** Dashboard of the fleet: how many servers are in which state, which are slow, restarting or expensive. */
export function fleetDashboard(scope: Construct, config: Config): Dashboard {
  const dashboard = new Dashboard(scope, 'fleet-dashboard', {
    dashboardName: dashboardName(config),
    defaultInterval: Duration.hours(3),
  })
  const byHealth = (Object.keys(HEALTH_VALUE) as (keyof typeof HEALTH_VALUE)[]).map((health) =>
    own('fleetwatch_servers', { health }, health, COLOURS[health]),
  )
  dashboard.addWidgets(
    new TextWidget({
      markdown: `# MCP fleet "${config.fleet.name}"\nOne row per question: is anything down, is anything slow or restarting, is fleetwatch itself alive.`,
      width: 24,
      height: 2,
    }),
    new SingleValueWidget({ title: 'Servers by health', metrics: byHealth, width: 24, height: 3 }),
    new GraphWidget({ title: 'Servers by health', left: byHealth, stacked: true, width: 12 }),
    new GraphWidget({
      title: 'Alerts',
      left: ['pending', 'firing'].map((state) => own('fleetwatch_alerts', { state }, state)),
      width: 12,
    }),
    new GraphWidget({
      title: METRICS.mcp_deployment_status.help,
      left: [perServer('mcp_deployment_status', 'Minimum')],
      width: 12,
    }),
    new GraphWidget({
      title: 'Probe duration by server, slowest first',
      left: [perServer('mcp_deployment_probe_duration_seconds', 'Maximum')],
      width: 12,
    }),
    new GraphWidget({
      title: 'Restarts by server',
      left: [perServer('mcp_deployment_restarts_total', 'Maximum')],
      width: 12,
    }),
    new GraphWidget({
      title: 'fleetwatch: seconds per evaluation',
      left: [own('fleetwatch_evaluation_duration_seconds', {}, 'seconds')],
      right: [own('fleetwatch_heartbeat', {}, 'evaluations per minute', undefined, 'Sum')],
      width: 12,
    }),
  )
  return dashboard
}

function own(
  metricName: MetricName,
  dimensionsMap: Record<string, string>,
  label: string,
  color?: string,
  statistic = 'Maximum',
) {
  return new Metric({
    namespace: NAMESPACE,
    metricName,
    dimensionsMap,
    label,
    statistic,
    period: Duration.minutes(1),
    ...(color && { color }),
  })
}

/** All servers of one metric. A search, so that a new server shows without a new deployment of fleetwatch. */
function perServer(metricName: MetricName, statistic: string): MathExpression {
  return new MathExpression({
    expression: `SEARCH('{${NAMESPACE},deployment} MetricName="${metricName}"', '${statistic}', 60)`,
    usingMetrics: {},
    label: '',
    period: Duration.minutes(1),
  })
}
