import { randomFillSync } from 'node:crypto'

/** Who asks: server owners filter probe traffic by it. Capabilities stay empty, since they change what a server lists. */
export const CLIENT_INFO = { name: 'fleetwatch-probe', version: '0.1.0' } as const
export const USER_AGENT = `${CLIENT_INFO.name}/${CLIENT_INFO.version} (MCP health probe)`

const pool = Buffer.alloc(24 * 64)
let used = pool.length

/** New W3C trace context (Trace Context, "traceparent Header"), not sampled: the server may record it, none is asked to. */
export function newTraceparent(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const id = pool.toString('hex', used, used + 24)
  used += 24
  return `00-${id.slice(0, 32)}-${id.slice(32)}-00`
}
