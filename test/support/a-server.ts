import type { Server } from '../../lib/model/server.ts'

/** A registry entry for tests, small Fargate task on ARM; what the test is about stands in `given`. */
export function aServer(given: { [Key in keyof Server]?: Server[Key] | undefined } = {}): Server {
  const name = given.deployment ?? 'search'
  const server = {
    deployment: name,
    cluster: 'mcp',
    service: name,
    endpoint: `https://${name}.example.com/mcp`,
    endpointSource: 'tag',
    labels: {},
    probe: { timeoutMs: 10_000, era: 'auto', auth: { type: 'none' }, allowAddresses: [] },
    task: { cpuUnits: 256, memoryMiB: 512, architecture: 'arm64', launchType: 'FARGATE' },
    discoveredAt: '2026-11-01T00:00:00.000Z',
    ...given,
  }
  // exactOptionalPropertyTypes: an optional part given as undefined is left out.
  return Object.fromEntries(Object.entries(server).filter(([, value]) => value !== undefined)) as Server
}
