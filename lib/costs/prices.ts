/** USD per hour of one Fargate task's vCPU and GiB of memory (Linux, on demand, list price before tax). */
export interface FargatePrice {
  vcpuHour: number
  gbHour: number
}

export type Architecture = 'x86_64' | 'arm64'

/** Day on which these prices were last seen, shown wherever an estimate is. */
export const PRICES_AS_OF = '2026-09-02'

/**
 * AWS Fargate list prices. Source: the AWS Price List as quoted publicly on PRICES_AS_OF (service code AmazonECS, usage
 * types Fargate-vCPU-Hours:perCPU, Fargate-GB-Hours and their ARM forms). A Region that is not here is refused rather
 * than guessed: prices differ between Regions by up to half.
 */
const FARGATE: Record<string, Record<Architecture, FargatePrice>> = {
  'us-east-1': {
    x86_64: { vcpuHour: 0.04048, gbHour: 0.004445 },
    arm64: { vcpuHour: 0.03238, gbHour: 0.00356 },
  },
}

/** Regions whose Fargate price is known. */
export const PRICED_REGIONS = Object.keys(FARGATE)

/** Price of a task's vCPU and memory in a Region, or undefined when the table does not have that Region. */
export function fargatePrice(region: string, architecture: Architecture): FargatePrice | undefined {
  return FARGATE[region]?.[architecture]
}
