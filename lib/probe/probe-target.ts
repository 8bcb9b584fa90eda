import type { KnownEra } from '../model/probe-memory.ts'

/** What a probe is aimed at, and how it is to speak. */
export interface ProbeTarget {
  endpoint: string
  /** Host header and TLS server name, when the endpoint is a task's address. */
  host?: string | undefined
  era: 'auto' | 'legacy' | 'modern'
  /** What earlier probes proved, so that this one needs fewer requests. */
  known?: KnownEra | undefined
  timeoutMs: number
  /** Sent with every request, to the endpoint's origin only; their values never show in a result. */
  headers: Readonly<Record<string, string>>
  /** CIDR blocks that may be probed although they are loopback or link-local. */
  allowAddresses: readonly string[]
}
