/** Exit codes of every command. */
export const EXIT = { healthy: 0, unhealthy: 1, usage: 2, degraded: 3 } as const
