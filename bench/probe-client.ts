// One client of bench/probe.ts, in a process of its own: probes the endpoints it is sent and reports what that took.
import { readdirSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { probe } from '../lib/probe/probe.ts'
import { probeMany } from '../lib/probe/probe-many.ts'

export interface Measured {
  probesPerSecond: number
  p50Ms: number
  p95Ms: number
  cpuMsPerProbe: number
  peakRssMb: number
  peakDescriptors: number
  failed: number
  /** From the start to the last good verdict. */
  lastOkMs: number
}

interface Work {
  urls: string[]
  timeoutMs: number
  concurrency: number
}

type Probe = (url: string, timeoutMs: number) => Promise<boolean>

const fleetwatch: Probe = async (endpoint, timeoutMs) => {
  const known = { era: 'legacy', transport: 'streamable-http' } as const
  const result = await probe({ endpoint, era: 'auto', known, timeoutMs, headers: {}, allowAddresses: ['127.0.0.0/8'] })
  return result.fault === undefined && result.tools === 12 && result.session === 'deleted'
}

const sdk: Probe = async (url) => {
  const client = new Client({ name: 'bench', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL(url))
  try {
    await client.connect(transport)
    const { tools } = await client.listTools()
    await transport.terminateSession()
    return tools.length === 12
  } finally {
    await client.close()
  }
}

/** What the wire takes at the least: the four requests, bodies read and parsed, nothing looked at. */
const raw: Probe = async (url) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const send = (method: string, message?: object) =>
    new Promise<{ session: string | undefined; body: string }>((resolve, reject) => {
      const body = message && JSON.stringify({ jsonrpc: '2.0', ...message })
      const request = httpRequest(url, { method, agent, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve({ session: response.headers['mcp-session-id'] as string, body: text }))
      })
      request.on('error', reject)
      request.end(body)
    })
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } }
  const { session, body } = await send('POST', { id: 1, method: 'initialize', params })
  JSON.parse(body)
  headers['mcp-session-id'] = session ?? ''
  headers['mcp-protocol-version'] = '2025-11-25'
  await send('POST', { method: 'notifications/initialized' })
  const listed = await send('POST', { id: 2, method: 'tools/list' })
  await send('DELETE')
  agent.destroy()
  return JSON.parse(listed.body).result.tools.length === 12
}

const PROBES: Record<string, Probe> = { fleetwatch, sdk, raw }

async function work({ urls, timeoutMs, concurrency }: Work): Promise<Measured> {
  const one = PROBES[process.argv[2] ?? '']
  if (!one) throw new Error('expected fleetwatch, sdk or raw')
  let peakRss = 0
  let peakDescriptors = 0
  const watch = setInterval(() => {
    peakRss = Math.max(peakRss, process.memoryUsage.rss())
    peakDescriptors = Math.max(peakDescriptors, readdirSync('/proc/self/fd').length)
  }, 20)
  const tookMs: number[] = []
  let failed = 0
  let lastOkMs = 0
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  const run = async (url: string) => {
    const since = performance.now()
    const ok = await one(url, timeoutMs).catch(() => false)
    return { ok, ms: performance.now() - since }
  }
  await probeMany(urls, concurrency, run, ({ ok, ms }) => {
    tookMs.push(ms)
    if (ok) lastOkMs = performance.now() - startedAt
    else failed += 1
  })
  const wallMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  clearInterval(watch)
  tookMs.sort((a, b) => a - b)
  const at = (share: number) => tookMs[Math.floor(tookMs.length * share)] ?? 0
  return {
    probesPerSecond: (urls.length / wallMs) * 1000,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    cpuMsPerProbe: (user + system) / 1000 / urls.length,
    peakRssMb: peakRss / 1024 / 1024,
    peakDescriptors,
    failed,
    lastOkMs,
  }
}

process.once('message', async (message) => {
  process.send?.(await work(message as Work))
})
