import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as z from 'zod'
import { addDays, dayOf, daysBetween } from '../costs/calendar.ts'
import type { BilledCost } from '../model/cost.ts'

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
const GetCostAndUsage = z.strictObject({
  TimePeriod: z.strictObject({ Start: Day, End: Day }),
  Granularity: z.enum(['DAILY', 'MONTHLY', 'HOURLY']),
  Metrics: z.array(z.string()).min(1),
  GroupBy: z
    .array(z.strictObject({ Type: z.enum(['TAG', 'DIMENSION', 'COST_CATEGORY']), Key: z.string() }))
    .max(2)
    .default([]),
  NextPageToken: z.string().optional(),
})
type Request = z.infer<typeof GetCostAndUsage>

class Refusal extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export interface CostExplorerServer {
  url: string
  /** Requests answered so far, refusals included. */
  requests: { operation: string; body: unknown; status: number }[]
  stop(): Promise<void>
}

/**
 * A stand-in for AWS Cost Explorer on 127.0.0.1: answers GetCostAndUsage (daily, UnblendedCost, grouped by tag and
 * service) from `costsOf(day)`, in pages, and refuses what AWS refuses. Point clients at it with
 * AWS_ENDPOINT_URL_COST_EXPLORER.
 */
export async function startCostExplorer(options: {
  costsOf: (day: string) => readonly Omit<BilledCost, 'day'>[]
  pageSize?: number
  port?: number
  now?: () => Date
  unit?: string
}): Promise<CostExplorerServer> {
  const requests: CostExplorerServer['requests'] = []
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target'] ?? '')
    const body = await readBody(request)
    try {
      checkCall(request, operation)
      send(response, 200, answer(parseRequest(body), options))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      send(response, 400, { __type: error.code, message: error.message })
    }
    requests.push({ operation, body, status: response.statusCode })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += part
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function checkCall(request: IncomingMessage, operation: string): void {
  if (request.method !== 'POST' || request.url !== '/') throw new Refusal('UnknownOperationException', 'POST / only')
  if (operation !== 'AWSInsightsIndexService.GetCostAndUsage') {
    throw new Refusal('UnknownOperationException', `this stand-in does not know ${operation}`)
  }
  if (!/Credential=[^/]+\/\d{8}\/us-east-1\/ce\/aws4_request/.test(request.headers.authorization ?? '')) {
    throw new Refusal('InvalidSignatureException', 'the request must be signed for service ce in us-east-1')
  }
}

function parseRequest(body: unknown): Request {
  const parsed = GetCostAndUsage.safeParse(body)
  if (!parsed.success) throw new Refusal('ValidationException', z.prettifyError(parsed.error))
  return parsed.data
}

function answer(request: Request, options: Parameters<typeof startCostExplorer>[0]): object {
  const { Start, End } = request.TimePeriod
  const today = dayOf(options.now?.() ?? new Date())
  if (Start >= End)
    throw new Refusal('ValidationException', 'Start date (and hour) should be before end date (and hour)')
  if (Start < addDays(today, -396)) {
    throw new Refusal('ValidationException', 'You haven’t enabled historical data beyond 13 months')
  }
  if (request.Granularity !== 'DAILY') throw new Refusal('ValidationException', 'this stand-in knows DAILY only')
  if (request.Metrics.some((metric) => metric !== 'UnblendedCost')) {
    throw new Refusal('ValidationException', 'this stand-in knows UnblendedCost only')
  }
  const rows = daysBetween(Start, End).flatMap((day) => groupsOf(day, request, options))
  const offset = offsetOf(request)
  const page = rows.slice(offset, offset + (options.pageSize ?? 500))
  const next = offset + page.length
  const days = offset === 0 && rows.length === 0 ? daysBetween(Start, End) : [...new Set(page.map((row) => row.day))]
  return {
    GroupDefinitions: request.GroupBy,
    ResultsByTime: days.map((day) => ({
      TimePeriod: { Start: day, End: addDays(day, 1) },
      Total: {},
      Groups: page.filter((row) => row.day === day).map(({ group }) => group),
      // The month's bill is not closed yet.
      Estimated: day.slice(0, 7) === today.slice(0, 7),
    })),
    DimensionValueAttributes: [],
    ...(next < rows.length && { NextPageToken: tokenFor(request, next) }),
  }
}

function groupsOf(day: string, request: Request, options: Parameters<typeof startCostExplorer>[0]) {
  if (day > dayOf(options.now?.() ?? new Date())) return []
  const sums = new Map<string, { keys: string[]; usd: number }>()
  for (const cost of options.costsOf(day)) {
    const keys = request.GroupBy.map(({ Type, Key }) => (Type === 'TAG' ? `${Key}$${cost.server}` : cost.service))
    const group = sums.get(keys.join('\n')) ?? { keys, usd: 0 }
    sums.set(keys.join('\n'), { keys, usd: group.usd + cost.usd })
  }
  return [...sums.values()].map(({ keys, usd }) => ({
    day,
    group: { Keys: keys, Metrics: { UnblendedCost: { Amount: usd.toFixed(10), Unit: options.unit ?? 'USD' } } },
  }))
}

/** A token belongs to its request: AWS refuses one that comes with other parameters. */
function tokenFor({ NextPageToken: _, ...request }: Request, offset: number): string {
  return Buffer.from(JSON.stringify({ offset, request })).toString('base64url')
}

function offsetOf(request: Request): number {
  if (!request.NextPageToken) return 0
  const { offset } = JSON.parse(Buffer.from(request.NextPageToken, 'base64url').toString()) as { offset: number }
  if (tokenFor(request, offset) !== request.NextPageToken) {
    throw new Refusal('InvalidNextTokenException', 'the token belongs to another request')
  }
  return offset
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
}
