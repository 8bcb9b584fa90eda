/** One metric as users know it. `labels` are those besides `deployment` and the labels that configuration adds. */
export interface Metric {
  type: 'gauge' | 'counter' | 'histogram' | 'summary' | 'info'
  unit: 'seconds' | 'bytes' | 'percent' | 'ratio' | 'usd' | 'days' | 'none'
  labels: readonly string[]
  help: string
  /** Who produces the series: fleetwatch itself, or the server's own logs or scrape. */
  from: 'poll' | 'ecs' | 'costs' | 'fleetwatch' | 'server'
}

const metric = (
  type: Metric['type'],
  unit: Metric['unit'],
  from: Metric['from'],
  labels: readonly string[],
  help: string,
): Metric => ({ type, unit, from, labels, help })

/**
 * Every metric name fleetwatch emits or accepts: the one vocabulary of publisher, rules, dashboards and exporters.
 * Names follow Prometheus: base units, `_total` for counters.
 */
export const METRICS = {
  mcp_deployment_status: metric(
    'gauge',
    'none',
    'poll',
    ['template'],
    'Verdict of the last poll: 1 healthy, 0.5 warning, 0 critical, -1 unknown.',
  ),
  up: metric('gauge', 'none', 'poll', ['job', 'instance'], 'Whether the probe reached the server: 1 or 0.'),
  mcp_deployment_probe_duration_seconds: metric(
    'gauge',
    'seconds',
    'poll',
    ['phase'],
    'Duration of the last probe by phase: dns, connect, tls, first_byte, total.',
  ),
  mcp_deployment_verdict_timestamp_seconds: metric(
    'gauge',
    'seconds',
    'poll',
    [],
    'When the last verdict was reached, in Unix time.',
  ),
  mcp_deployment_verdict_age_seconds: metric(
    'gauge',
    'seconds',
    'fleetwatch',
    [],
    'Age of the last look at the server, counted by the evaluation.',
  ),
  mcp_deployment_tools: metric('gauge', 'none', 'poll', [], 'Number of tools the server lists.'),
  mcp_deployment_certificate_days_left: metric('gauge', 'days', 'poll', [], 'Days until the TLS certificate expires.'),
  mcp_server_info: metric(
    'info',
    'none',
    'poll',
    ['version', 'transport', 'auth_enabled', 'era', 'protocol_version'],
    'What the server says of itself; always 1.',
  ),
  mcp_client_operation_duration_seconds: metric(
    'histogram',
    'seconds',
    'poll',
    ['mcp_method_name', 'error_type'],
    'Duration of the probe’s own MCP requests.',
  ),

  scrape_duration_seconds: metric(
    'gauge',
    'seconds',
    'poll',
    ['job', 'instance'],
    'Duration of the last scrape of the server’s own metrics.',
  ),
  scrape_samples_scraped: metric('gauge', 'none', 'poll', ['job', 'instance'], 'Samples the last scrape read.'),
  fleetwatch_scrape_samples_dropped: metric(
    'gauge',
    'none',
    'poll',
    ['reason'],
    'Samples of the last scrape that were left out: over_limit, reserved, duplicate, stale, too_long.',
  ),
  mcp_deployment_credential_days_left: metric(
    'gauge',
    'days',
    'poll',
    ['credential'],
    'Days until the credential the probe uses expires.',
  ),
  mcp_deployment_canary_success: metric(
    'gauge',
    'none',
    'poll',
    ['tool', 'canary'],
    'Whether the last canary call answered as expected: 1 or 0.',
  ),
  mcp_deployment_canary_duration_seconds: metric(
    'gauge',
    'seconds',
    'poll',
    ['tool', 'canary'],
    'Duration of the last canary call.',
  ),
  mcp_deployment_canary_timestamp_seconds: metric(
    'gauge',
    'seconds',
    'poll',
    ['tool', 'canary'],
    'When the canary was last called, in Unix time.',
  ),
  mcp_deployment_drift: metric(
    'gauge',
    'none',
    'poll',
    ['severity'],
    'Tools that differ from the accepted baseline, by severity: breaking, info, text.',
  ),
  mcp_deployment_drift_without_rollout: metric(
    'gauge',
    'none',
    'poll',
    [],
    'Whether the tools changed without a rollout: 1 or 0.',
  ),
  mcp_deployment_health_url: metric(
    'gauge',
    'none',
    'poll',
    ['url', 'check'],
    'What a health URL says, by sub-check: 1 healthy, 0.5 degraded, 0 failing.',
  ),
  mcp_deployment_health_url_disagrees: metric(
    'gauge',
    'none',
    'poll',
    ['url'],
    'Whether a health URL says otherwise than the MCP session did: 1 or 0.',
  ),

  mcp_deployment_tasks: metric('gauge', 'none', 'ecs', ['state'], 'ECS tasks by state: desired, running, pending.'),
  mcp_deployment_restarts_total: metric(
    'counter',
    'none',
    'ecs',
    [],
    'Tasks of the service that stopped without being asked to.',
  ),
  mcp_deployment_task_stops_total: metric(
    'counter',
    'none',
    'ecs',
    ['stop_code', 'exit_code'],
    'Stopped tasks by stop code and exit code.',
  ),
  mcp_deployment_rollout_in_progress: metric(
    'gauge',
    'none',
    'ecs',
    [],
    'Whether an ECS rollout is in progress: 1 or 0.',
  ),
  mcp_deployment_rollout_failed: metric('gauge', 'none', 'ecs', [], 'Whether the last ECS rollout failed: 1 or 0.'),
  mcp_deployment_uptime_seconds: metric(
    'gauge',
    'seconds',
    'ecs',
    [],
    'Age of the oldest running task of the current revision.',
  ),
  mcp_deployment_memory_bytes: metric('gauge', 'bytes', 'ecs', [], 'Memory in use.'),
  mcp_deployment_cpu_percent: metric('gauge', 'percent', 'ecs', [], 'CPU in use, of the task’s own limit.'),
  container_memory_usage_bytes: metric('gauge', 'bytes', 'ecs', ['pod', 'container'], 'Memory in use by container.'),
  container_spec_memory_limit_bytes: metric(
    'gauge',
    'bytes',
    'ecs',
    ['pod', 'container'],
    'Memory limit from the task definition.',
  ),

  mcp_deployment_cost_usd_per_day: metric(
    'gauge',
    'usd',
    'costs',
    ['source'],
    'Cost per day; source is estimate (task size × price) or cost_explorer.',
  ),
  mcp_deployment_cost_usd_month_to_date: metric('gauge', 'usd', 'costs', [], 'Cost of the current month so far.'),
  fleetwatch_budget_amount_usd: metric('gauge', 'usd', 'costs', ['budget'], 'Amount of a budget.'),
  fleetwatch_budget_used_ratio: metric(
    'gauge',
    'ratio',
    'costs',
    ['budget'],
    'Spend of the current month over the budget’s amount.',
  ),
  fleetwatch_budget_forecast_ratio: metric(
    'gauge',
    'ratio',
    'costs',
    ['budget'],
    'Forecast spend at the end of the month over the budget’s amount.',
  ),

  fleetwatch_servers: metric('gauge', 'none', 'fleetwatch', ['health'], 'Servers by health.'),
  fleetwatch_heartbeat: metric('gauge', 'none', 'fleetwatch', [], '1 for each evaluation that ended well.'),
  fleetwatch_alerts: metric('gauge', 'none', 'fleetwatch', ['state'], 'Alerts by state: pending, firing.'),
  fleetwatch_evaluation_duration_seconds: metric(
    'gauge',
    'seconds',
    'fleetwatch',
    [],
    'Duration of the last evaluation.',
  ),
  fleetwatch_rule_evaluation_failures_total: metric(
    'counter',
    'none',
    'fleetwatch',
    ['rule_group', 'rule'],
    'Rule evaluations that failed.',
  ),
  fleetwatch_probe_sessions_leaked: metric(
    'gauge',
    'none',
    'fleetwatch',
    [],
    'Probe sessions a server refused to delete.',
  ),

  fleetwatch_monitor_offline: metric(
    'gauge',
    'none',
    'fleetwatch',
    [],
    '1 while fleetwatch itself has no network, so that it cannot judge the server; else absent.',
  ),

  mcp_tool_calls_total: metric('counter', 'none', 'server', ['tool', 'tool_name'], 'Tool calls.'),
  mcp_tool_errors_total: metric(
    'counter',
    'none',
    'server',
    ['tool', 'tool_name', 'error_type'],
    'Tool calls that failed.',
  ),
  mcp_tool_duration_seconds: metric('histogram', 'seconds', 'server', ['tool', 'tool_name'], 'Duration of tool calls.'),
  mcp_tool_execution_seconds: metric(
    'summary',
    'seconds',
    'server',
    ['tool_name'],
    'Duration of tool calls, as a summary.',
  ),
  mcp_tool_success_rate: metric(
    'gauge',
    'ratio',
    'server',
    ['tool_name', 'time_window'],
    'Share of tool calls that succeed.',
  ),
  mcp_requests_total: metric('counter', 'none', 'server', ['method', 'tool', 'endpoint', 'status'], 'Requests.'),
  mcp_request_duration_seconds: metric(
    'histogram',
    'seconds',
    'server',
    ['method', 'tool', 'endpoint'],
    'Duration of requests.',
  ),
  mcp_errors_total: metric('counter', 'none', 'server', ['error_type'], 'Errors.'),
  mcp_active_connections: metric('gauge', 'none', 'server', ['transport_type'], 'Open connections.'),
  mcp_max_connections: metric('gauge', 'none', 'server', ['transport_type'], 'Most connections the server takes.'),
  mcp_connection_duration_seconds: metric(
    'histogram',
    'seconds',
    'server',
    ['transport_type'],
    'Duration of connections.',
  ),
  mcp_resource_usage: metric(
    'gauge',
    'none',
    'server',
    ['resource_type', 'metric_name'],
    'Resource use as the server reports it.',
  ),
  mcp_cache_hits_total: metric('counter', 'none', 'server', ['cache_type'], 'Cache hits.'),
  mcp_cache_misses_total: metric('counter', 'none', 'server', ['cache_type'], 'Cache misses.'),
  mcp_api_calls_per_user_total: metric(
    'counter',
    'none',
    'server',
    ['user_id', 'plan_type'],
    'API calls by user (hashed).',
  ),
  mcp_tokens_consumed_total: metric('counter', 'none', 'server', ['model', 'user_id', 'plan_type'], 'Tokens consumed.'),
  mcp_llm_response_time_seconds: metric(
    'histogram',
    'seconds',
    'server',
    ['model', 'prompt_type'],
    'Response time of language models.',
  ),
  mcp_auth_failures_total: metric('counter', 'none', 'server', ['reason', 'user'], 'Authentication failures.'),
  mcp_suspicious_requests_total: metric(
    'counter',
    'none',
    'server',
    ['pattern_type', 'endpoint'],
    'Requests that look like an attack.',
  ),
  process_resident_memory_bytes: metric('gauge', 'bytes', 'server', [], 'Resident memory of the server process.'),
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof METRICS
