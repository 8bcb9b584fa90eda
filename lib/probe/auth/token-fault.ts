import type { Guard } from '../guard.ts'

/** `misconfigured` and `refused` want a person; `unavailable` may pass by itself. */
export type TokenFault = { ok: false; reason: 'misconfigured' | 'refused' | 'unavailable'; message: string }

export interface TokenIo {
  guard: Guard
  userAgent: string
  now: Date
}

export function misconfigured(message: string): TokenFault {
  return { ok: false, reason: 'misconfigured', message }
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
