import type { FleetwatchYaml } from '../config/schema.ts'
import type { Pricing } from '../model/cost.ts'

/** Which price the estimates use: the configured one, else the list price of the configured Region or of the stack's. */
export function pricingOf(costs: FleetwatchYaml['costs'], stackRegion: string): Pricing {
  const own = costs.fargate_price
  return {
    region: costs.region_price ?? stackRegion,
    ...(own && { own: { vcpuHour: own.vcpu_hour, gbHour: own.gb_hour } }),
  }
}
