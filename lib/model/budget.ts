import * as z from 'zod'

/** An amount per calendar month (UTC) for the whole fleet or for one server, in USD. */
export const Budget = z.strictObject({
  name: z.string().min(1),
  amount: z.number().positive().describe('USD per period.'),
  period: z.literal('monthly').default('monthly'),
  server: z.string().optional().describe('Name of one server; without it the budget is the fleet’s.'),
})
export type Budget = z.infer<typeof Budget>
