#!/usr/bin/env node
import { observeServers } from '../lib/poll/observe-servers.ts'
import { createReference } from '../lib/poll/reference.ts'
import { createAuthenticate } from '../lib/probe/auth/authenticate.ts'
import { createGuard } from '../lib/probe/guard.ts'
import { resolveProbeSettings } from '../lib/probe/settings.ts'
import { aServer } from '../test/support/a-server.ts'

/** Polls the servers at the URLs given, as the poll function does with a batch, and prints what it took as JSON. */
const probe = resolveProbeSettings({ allow_addresses: ['127.0.0.0/8'] })
const servers = process.argv.slice(2).map((endpoint, index) => ({
  server: aServer({ deployment: `s${index}`, endpoint, probe }),
  tasks: { restarts: 0, stops: {} },
}))
const authenticate = createAuthenticate({
  readSecret: () => Promise.reject(new Error('no secrets here')),
  guard: createGuard(['127.0.0.0/8']),
  userAgent: 'bench',
  now: () => new Date(),
})
const eyes = {
  readServiceFacts: async () => new Map(),
  readDrift: async () => ({ state: {}, version: 0 }),
  saveDrift: async () => true,
  authenticate,
  reference: createReference(undefined),
  patienceMs: 45_000,
  onUnreadableCluster: () => {},
}

const startedAt = performance.now()
const cpuBefore = process.cpuUsage()
const polled = await observeServers(servers, eyes)
const cpu = process.cpuUsage(cpuBefore)
console.log(
  JSON.stringify({
    servers: servers.length,
    healthy: polled.filter(({ state }) => state?.verdict.health === 'healthy').length,
    wallMs: Math.round(performance.now() - startedAt),
    cpuMs: Math.round((cpu.user + cpu.system) / 1000),
    peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
)
