import type { Fault, FaultReason, Phase } from './fault.ts'
import { BLOCKED } from './guard.ts'

type Reading = [reason: FaultReason, sentence: (where: string) => string]

const CODES: Record<string, Reading> = {
  ECONNREFUSED: ['refused', (where) => `${where} refuses connections: nothing listens there.`],
  ECONNRESET: ['reset', (where) => `${where} broke off the connection.`],
  EPIPE: ['reset', (where) => `${where} broke off the connection.`],
  ECONNABORTED: ['reset', (where) => `${where} broke off the connection.`],
  ETIMEDOUT: [
    'timeout',
    (where) => `No connection to ${where} in time: nothing answers, or a security group drops it.`,
  ],
  EHOSTUNREACH: ['unreachable', (where) => `There is no route to ${where}.`],
  ENETUNREACH: ['unreachable', (where) => `There is no route to the network of ${where}.`],
  EHOSTDOWN: ['unreachable', (where) => `The host of ${where} is down.`],
  ENOTFOUND: ['dns_not_found', (where) => `The host name of ${where} does not exist in DNS.`],
  ENODATA: ['dns_not_found', (where) => `The host name of ${where} has no address in DNS.`],
  EAI_AGAIN: ['dns_unavailable', (where) => `DNS did not answer for the host name of ${where}.`],
  ESERVFAIL: ['dns_unavailable', (where) => `DNS failed for the host name of ${where}.`],
  CERT_HAS_EXPIRED: ['certificate_expired', (where) => `The TLS certificate of ${where} has expired.`],
  CERT_NOT_YET_VALID: ['certificate_expired', (where) => `The TLS certificate of ${where} is not valid yet.`],
  ERR_TLS_CERT_ALTNAME_INVALID: ['certificate_name', (where) => `The TLS certificate of ${where} is for another name.`],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    'certificate_self_signed',
    (where) => `The TLS certificate of ${where} is self-signed.`,
  ],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'certificate_self_signed',
    (where) => `The TLS certificate chain of ${where} ends in a root that is not trusted.`,
  ],
}

/** Faults of the machine the probe runs on: never the server's. */
const OWN = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EADDRNOTAVAIL', 'EACCES', 'EPERM', 'ERR_OUT_OF_RANGE'])

/** What an error of node:http(s), node:net or node:tls says of the server at `where` (host:port). */
export function transportFault(error: NodeJS.ErrnoException, where: string, phase: Phase): Fault {
  const code = error.code ?? ''
  if (code === BLOCKED) return blockedFault(where, error.message)
  if (OWN.has(code)) {
    return {
      fault: 'prober_error',
      message: `fleetwatch itself could not open a connection (${code}); this says nothing about the server.`,
    }
  }
  const known = CODES[code]
  if (known) {
    const [fault, sentence] = known
    const layer = fault === 'timeout' ? ({ layer: 'network' } as const) : {}
    return { fault, ...layer, message: sentence(where).replace(/\.$/, ` (${code}).`), phase }
  }
  if (code.startsWith('HPE_')) {
    return {
      fault: 'not_http',
      message: `${where} does not speak HTTP/1.1: its answer cannot be read (${code}).`,
      phase,
    }
  }
  if (phase === 'tls' || /^(ERR_SSL|ERR_TLS|EPROTO|CERT_|UNABLE_|INVALID_|HOSTNAME_)/.test(code)) {
    return /^(UNABLE_|CERT_|INVALID_)/.test(code)
      ? {
          fault: 'certificate_untrusted',
          message: `The TLS certificate of ${where} cannot be verified (${code}).`,
          phase,
        }
      : { fault: 'tls_handshake', message: `The TLS handshake with ${where} failed (${code || 'broken off'}).`, phase }
  }
  return { fault: 'reset', message: `The connection to ${where} failed: ${code || error.message}.`, phase }
}

/** The address is one that no probe may reach. */
export function blockedFault(where: string, detail: string): Fault {
  return {
    fault: 'blocked_address',
    message: `${where} was not probed: ${detail}. If that is meant, name the address in probe.allow_addresses.`,
  }
}

const WAITED: Record<Phase, [layer: Fault['layer'], what: string]> = {
  dns: ['dns', 'DNS did not answer'],
  connect: ['network', 'no connection was accepted (nothing answers, or a security group drops it)'],
  tls: ['tls', 'the TLS handshake did not end'],
  first_byte: ['http', 'the connection was accepted, but the request was not answered'],
  body: ['protocol', 'the answer began but did not end'],
}

/** The deadline came while the probe waited for the server in this phase. */
export function timeoutFault(where: string, phase: Phase, timeoutMs: number, step: string): Fault {
  const [layer, what] = WAITED[phase]
  return {
    fault: 'timeout',
    ...(layer && { layer }),
    message: `No verdict from ${where} within ${timeoutMs / 1000} s: ${what} (${step}).`,
    phase,
  }
}
