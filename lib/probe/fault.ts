import type { Health, Layer } from '../model/verdict.ts'

interface Meaning {
  /** Lowest layer at fault; absent when the prober itself is. */
  layer?: Layer
  health: Health
  /** May mean that the server is down, so it takes several probes to be believed. */
  down?: true
}

const down = (layer: Layer): Meaning => ({ layer, health: 'critical', down: true })
const alive = (layer: Layer): Meaning => ({ layer, health: 'warning' })
const broken = (layer: Layer): Meaning => ({ layer, health: 'critical' })

/**
 * Every way a probe can end badly, with what it says of the server. `alive` ones (a refused credential, a throttled
 * probe, a session lost behind a balancer) prove that the server answers, so they never count as down.
 */
export const FAULTS = {
  refused: down('network'),
  unreachable: down('network'),
  reset: down('network'),
  blocked_address: broken('network'),
  dns_not_found: down('dns'),
  dns_unavailable: down('dns'),
  certificate_expired: broken('tls'),
  certificate_name: broken('tls'),
  certificate_self_signed: broken('tls'),
  certificate_untrusted: broken('tls'),
  tls_handshake: down('tls'),
  timeout: down('http'),
  cut_off: down('http'),
  not_http: down('http'),
  redirect: down('http'),
  wrong_path: down('http'),
  method_not_allowed: down('http'),
  http_status: down('http'),
  server_error: down('http'),
  bad_gateway: down('http'),
  unavailable: down('http'),
  gateway_timeout: down('http'),
  throttled: alive('http'),
  host_rejected: alive('http'),
  auth: alive('auth'),
  auth_expired: alive('auth'),
  auth_scope: alive('auth'),
  auth_audience: alive('auth'),
  forbidden: alive('auth'),
  session_lost: alive('protocol'),
  not_json: down('protocol'),
  empty_answer: down('protocol'),
  no_answer: down('protocol'),
  wrong_id: down('protocol'),
  no_result: down('protocol'),
  too_large: down('protocol'),
  bad_encoding: down('protocol'),
  endless_pages: down('protocol'),
  version: down('protocol'),
  degraded: down('tools'),
  bad_tools: down('tools'),
  prober_error: { health: 'unknown' },
} as const satisfies Record<string, Meaning>

export type FaultReason = keyof typeof FAULTS

/** Expected failure of a probe, as data. */
export interface Fault {
  fault: FaultReason
  /** Where it differs from the reason's usual layer: a timeout belongs to the phase it struck in. */
  layer?: Layer
  /** One sentence that names what was seen and, where it is known, what to do. */
  message: string
  retryAfterMs?: number
  /** The server said that the session is gone, so that there is nothing left to delete. */
  phase?: Phase
}

export const PHASES = ['dns', 'connect', 'tls', 'first_byte', 'body'] as const
export type Phase = (typeof PHASES)[number]

export function isFault(value: object): value is Fault {
  return 'fault' in value
}

/** What the fault says of the server: the layer at fault, and how bad it is. */
export function meaningOf(fault: Fault): Meaning {
  const meaning: Meaning = FAULTS[fault.fault]
  return fault.layer ? { ...meaning, layer: fault.layer } : meaning
}
