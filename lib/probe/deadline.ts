import type { Fault } from './fault.ts'

/** A timer that fires this much later than asked means that this process stood still, not the server. */
const STALL_MS = 1500

/** One end for everything a probe waits for. Whatever is in flight when it comes is broken off with the reason. */
export interface Deadline {
  /** Calls back once when time is over, or at once if it is; the returned function takes the request back. */
  onExpire(callback: (cause: 'timeout' | Fault) => void): () => void
  clear(): void
}

/**
 * Starts a deadline. When the owner's signal aborts first, or when the timer fires far too late, the cause is a
 * `prober_error`: a frozen or starved Lambda must not be blamed on the server.
 */
export function startDeadline(timeoutMs: number, signal?: AbortSignal): Deadline {
  const callbacks = new Set<(cause: 'timeout' | Fault) => void>()
  const endsAt = performance.now() + timeoutMs
  let cause: 'timeout' | Fault | undefined
  const expire = (because: 'timeout' | Fault) => {
    cause ??= because
    for (const callback of [...callbacks]) callback(cause)
    callbacks.clear()
  }
  const timer = setTimeout(() => {
    const lateMs = performance.now() - endsAt
    expire(lateMs > STALL_MS ? stalled(lateMs) : 'timeout')
  }, timeoutMs)
  const abort = () => expire(outOfTime)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  return {
    onExpire(callback) {
      if (cause) callback(cause)
      else callbacks.add(callback)
      return () => callbacks.delete(callback)
    },
    clear() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    },
  }
}

const outOfTime: Fault = {
  fault: 'prober_error',
  message: 'The probe was broken off because fleetwatch’s own time was over; this says nothing about the server.',
}

const stalled = (lateMs: number): Fault => ({
  fault: 'prober_error',
  message: `fleetwatch’s own process stood still for ${Math.round(lateMs / 1000)} s during the probe; this says nothing about the server.`,
})
