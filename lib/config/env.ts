import * as z from 'zod'

/**
 * Reads the environment variables a function was deployed with. A missing one fails the cold start, so that a forgotten
 * grant shows at once instead of at the first page.
 */
export function readEnv<const Name extends string>(...names: Name[]): Record<Name, string> {
  const shape = Object.fromEntries(names.map((name) => [name, z.string().min(1)]))
  const parsed = z.object(shape).safeParse(process.env)
  if (parsed.success) return parsed.data as Record<Name, string>
  const missing = parsed.error.issues.map((issue) => issue.path.join('.'))
  throw new Error(`environment variables are missing: ${missing.join(', ')}; the stack must grant and configure them`)
}

/** A variable that need not be there; empty counts as absent. */
export function readOptionalEnv(name: string): string | undefined {
  return process.env[name] || undefined
}

/** Puts variables into the environment; those already set win, so that a person can point one elsewhere. */
export function provideEnv(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) process.env[name] ??= value
}
