import type { Config } from './load.ts'

/** A fixed name, so that messages can link to the dashboard before its stack exists. */
export function dashboardName({ fleet }: Pick<Config, 'fleet'>): string {
  return `fleetwatch-${fleet.name.replace(/[^A-Za-z0-9_-]/g, '-')}`
}

/** Where messages link back to: what the user configured, or else the fleet's CloudWatch dashboard. */
export function externalUrl(config: Pick<Config, 'fleet' | 'external_url'>, region: string): string {
  return (
    config.external_url ??
    `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName(config)}`
  )
}
