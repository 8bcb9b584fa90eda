import * as z from 'zod'
import { Budget } from './budget.ts'

/** What one server cost on one day (UTC), in USD. */
export const DayCost = z.object({
  /** From Cost Explorer, by AWS service; absent while Cost Explorer shows nothing for this day. */
  billed: z.record(z.string(), z.number()).optional(),
  /** Live estimates (task size × running tasks × price, as USD per full day): the day's mean and its latest look. */
  estimate: z.object({ meanUsdPerDay: z.number(), latestUsdPerDay: z.number(), looks: z.number() }).optional(),
})
export type DayCost = z.infer<typeof DayCost>

/** Server name of spend that carries no value of the cost allocation tag. */
export const UNTAGGED = ''

/** One server's costs of one calendar month (UTC), by day of the form `2026-11-21`. */
export const ServerMonth = z.object({
  server: z.string(),
  month: z.string(),
  days: z.record(z.string(), DayCost),
})
export type ServerMonth = z.infer<typeof ServerMonth>

/** One line of Cost Explorer's answer: one server (or UNTAGGED), one day, one AWS service. */
export interface BilledCost {
  day: string
  server: string
  service: string
  usd: number
}

/** Series that change seldom, as the last look at costs left them; evaluations stamp them with their own time. */
export const CostSeries = z.object({
  at: z.iso.datetime(),
  samples: z.array(z.object({ labels: z.record(z.string(), z.string()), value: z.number() })),
})
export type CostSeries = z.infer<typeof CostSeries>

/** Which Fargate price the estimates use: a Region's list price, or the user's own where one is configured. */
export const Pricing = z.object({
  region: z.string(),
  own: z.object({ vcpuHour: z.number(), gbHour: z.number() }).optional(),
})
export type Pricing = z.infer<typeof Pricing>

/** The last look at costs and what it was held against, so that every reader shows the same figures. */
export const CostLook = z.object({
  at: z.iso.datetime(),
  /** When Cost Explorer last answered, and how many paid requests that took; absent before its first answer. */
  fetchedAt: z.iso.datetime().optional(),
  requests: z.number(),
  fleet: z.string(),
  tag: z.string(),
  pricing: Pricing,
  budgets: z.array(Budget),
})
export type CostLook = z.infer<typeof CostLook>
