import * as z from 'zod'
import { PRICED_REGIONS } from '../costs/prices.ts'
import { METRICS, type MetricName } from '../metrics/names.ts'
import { Budget } from '../model/budget.ts'
import { ProbeSettingsInput } from '../model/probe-settings.ts'
import { SecretReference } from '../model/secret-reference.ts'

const LabelMap = z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string())
const METRIC_NAMES = Object.keys(METRICS) as [MetricName, ...MetricName[]]

const ConfiguredServer = z.strictObject({
  name: z.string().min(1).describe('Name of the server: the metric label "deployment".'),
  cluster: z.string().min(1),
  service: z.string().min(1).describe('ECS service name.'),
  endpoint: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).optional(),
  labels: LabelMap.default({}),
  probe: ProbeSettingsInput.optional(),
})
export type ConfiguredServer = z.infer<typeof ConfiguredServer>

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

/** `fleetwatch.yaml`. An unknown key is an error, so a typing mistake never switches monitoring off in silence. */
export const FleetwatchYaml = z.strictObject({
  fleet: z
    .strictObject({
      name: z.string().min(1).default('mcp'),
      clusters: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe('ECS clusters to look at; default: all of the Region.'),
      names: z
        .array(z.string().min(1))
        .default([])
        .describe('Glob patterns: services with such a name are MCP servers even without the tag fleetwatch:enabled.'),
      event_sources: z
        .array(z.string())
        .min(1)
        .default(['aws.ecs'])
        .describe('EventBridge sources that carry ECS state changes.'),
      expected_servers: z.int().positive().default(50).describe('Size of the fleet, for the price estimate at synth.'),
    })
    .prefault({}),
  servers: z.array(ConfiguredServer).default([]).describe('Servers named by hand; they win over what tags say.'),
  probe: ProbeSettingsInput.extend({
    reference: z
      .union([z.literal(false), z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })])
      .optional()
      .describe(
        'Address that tells whether fleetwatch’s own network works when all servers of a poll are unreachable; default: AWS STS of the Region. false: never doubt it.',
      ),
  }).prefault({}),
  network: z
    .strictObject({
      vpc: z.string().startsWith('vpc-'),
      availability_zones: z.array(z.string()).min(1),
      subnets: z.array(z.string().startsWith('subnet-')).min(1),
      security_groups: z.array(z.string().startsWith('sg-')).min(1),
    })
    .optional()
    .describe('Where the poll function runs, so that it reaches task addresses. Without it: outside any VPC.'),
  rules: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Prometheus rule files, glob patterns allowed; or rules that come with fleetwatch, such as preset:servers.',
    ),
  alerting: z.string().min(1).describe('Alertmanager configuration file: who gets what.'),
  external_url: z.url().optional().describe('Link back to fleetwatch in messages; default: the CloudWatch dashboard.'),
  webhook_signing_secret: SecretReference.optional().describe(
    'Key for the HMAC-SHA256 signature on webhook deliveries.',
  ),
  metrics: z
    .strictObject({
      per_server: z
        .array(z.enum(METRIC_NAMES))
        .default(['mcp_deployment_status', 'mcp_deployment_probe_duration_seconds'])
        .describe('Metrics published to CloudWatch for each server; each costs up to $0.30 a month per server.'),
    })
    .prefault({}),
  costs: z
    .strictObject({
      tag: z.string().default('fleetwatch:server').describe('Cost allocation tag whose values are server names.'),
      region_price: z
        .string()
        .refine((region) => PRICED_REGIONS.includes(region), {
          error: `expected a Region of the price table (${PRICED_REGIONS.join(', ')}); or set costs.fargate_price`,
        })
        .optional()
        .describe('Region whose Fargate list price is used; default: the Region of the stack.'),
      fargate_price: z
        .strictObject({ vcpu_hour: z.number().positive(), gb_hour: z.number().positive() })
        .optional()
        .describe('USD per hour of one vCPU and one GB, for Regions without a list price or with your discount.'),
    })
    .prefault({}),
  budgets: z.array(Budget).default([]),
  report: z
    .strictObject({
      at: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 08:00')
        .default('08:00'),
      timezone: z
        .string()
        .refine(isTimeZone, { error: 'expected an IANA time zone such as Europe/Berlin' })
        .default('UTC'),
      receiver: z
        .string()
        .describe('Receiver of alerting.yml that gets the daily report (its slack_configs and email_configs).'),
    })
    .optional(),
  operators: z
    .strictObject({
      email: z.array(z.email()).default([]).describe('Who is told, directly by SNS, when fleetwatch itself is broken.'),
      https: z.array(z.url()).default([]),
    })
    .prefault({})
    .describe('Direct subscriptions of the topic for fleetwatch’s own native alarms.'),
})
export type FleetwatchYaml = z.infer<typeof FleetwatchYaml>
