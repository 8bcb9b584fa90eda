import type { ProbeMemory } from '../model/probe-memory.ts'
import type { Server } from '../model/server.ts'
import { knownEra } from './memory.ts'
import type { ProbeTarget } from './probe-target.ts'

/** What the probe of a server of the registry is aimed at; `headers` carry its credential. */
export function targetOf(
  { endpoint, probe }: Pick<Server, 'endpoint' | 'probe'>,
  memory: ProbeMemory | undefined,
  headers: Readonly<Record<string, string>>,
  now: Date,
): ProbeTarget {
  return {
    endpoint,
    host: probe.host,
    era: probe.era,
    known: knownEra(memory, now),
    timeoutMs: probe.timeoutMs,
    headers,
    allowAddresses: probe.allowAddresses,
  }
}
