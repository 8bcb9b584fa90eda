import type { Exchange } from './exchange.ts'
import type { Fault } from './fault.ts'
import type { Asked } from './http-fault.ts'

/**
 * What a 401 or 403 says: the server is alive, and which of its demands the probe does not meet (RFC 6750, section 3:
 * `error` and `error_description` of the Bearer challenge).
 */
export function challengeFault({ status, headers }: Exchange, asked: Asked): Fault {
  const challenge = headers['www-authenticate'] ?? ''
  const error = parameter(challenge, 'error')
  const detail = parameter(challenge, 'error_description')
  const { where, step } = asked
  if (error === 'insufficient_scope') {
    const scope = parameter(challenge, 'scope')
    return {
      fault: 'auth_scope',
      message: `${where} is alive, but the probe’s credential lacks a scope for ${step}${scope ? ` (${scope})` : ''}.`,
    }
  }
  if (status === 403) {
    return {
      fault: 'forbidden',
      message: `${where} is alive, but forbids the probe ${step} (403): a firewall rule, an Origin or Host check, or missing rights.`,
    }
  }
  if (!asked.credentialSent) {
    return {
      fault: 'auth',
      message: `${where} is alive and asks for a credential (401); none is configured for it in probe.auth.`,
    }
  }
  if (/expire/i.test(detail)) {
    return { fault: 'auth_expired', message: `${where} is alive, but the probe’s credential has expired (401).` }
  }
  if (/audience/i.test(detail)) {
    return {
      fault: 'auth_audience',
      message: `${where} is alive, but the probe’s token is for another audience (401).`,
    }
  }
  return { fault: 'auth', message: `${where} is alive, but refuses the probe’s credential (401).` }
}

function parameter(challenge: string, name: string): string {
  const match = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,]+))`, 'i').exec(challenge)
  return match?.[1] ?? match?.[2] ?? ''
}
