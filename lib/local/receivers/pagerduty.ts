import { z } from 'zod'
import { type Receiver, startReceiver } from './receiver.ts'

export const ROUTING_KEY = '0123456789abcdef0123456789abcdef'

/** PagerDuty Events API v2, "Send an event": fields, limits and answers. */
export const PagerdutyEvent = z.strictObject({
  routing_key: z.string().length(32),
  event_action: z.enum(['trigger', 'acknowledge', 'resolve']),
  dedup_key: z.string().min(1).max(255),
  client: z.string().optional(),
  client_url: z.url().optional(),
  links: z.array(z.strictObject({ href: z.url(), text: z.string() })).optional(),
  images: z.array(z.looseObject({ src: z.url({ protocol: /^https$/ }) })).optional(),
  payload: z.strictObject({
    summary: z.string().min(1).max(1024),
    source: z.string().min(1),
    severity: z.enum(['critical', 'error', 'warning', 'info']),
    timestamp: z.iso.datetime().optional(),
    component: z.string().optional(),
    group: z.string().optional(),
    class: z.string().optional(),
    custom_details: z.record(z.string(), z.unknown()).optional(),
  }),
})

/** The Events API at `${url}/v2/enqueue`; knows one routing key and keeps open incidents by dedup_key. */
export async function startPagerduty(port?: number): Promise<Receiver & { incidents: Set<string> }> {
  const incidents = new Set<string>()
  const refuse = (message: string, errors: string[]) => ({
    taken: false as const,
    status: 400,
    body: JSON.stringify({ status: 'invalid event', message, errors }),
  })
  const receiver = await startReceiver(({ path, body, json }) => {
    if (path !== '/v2/enqueue') return { taken: false, status: 404, body: 'not found' }
    if (Buffer.byteLength(body) > 512 * 1024) return { taken: false, status: 413, body: 'too large' }
    const parsed = PagerdutyEvent.safeParse(json)
    if (!parsed.success) return refuse('Event object is invalid', [z.prettifyError(parsed.error)])
    const { routing_key, event_action, dedup_key } = parsed.data
    if (routing_key !== ROUTING_KEY) return refuse('Event object is invalid', ["'routing_key' is invalid"])
    if (event_action === 'trigger') incidents.add(dedup_key)
    if (event_action === 'resolve') incidents.delete(dedup_key)
    return {
      taken: true,
      status: 202,
      body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key }),
    }
  }, port)
  return Object.assign(receiver, { incidents })
}
