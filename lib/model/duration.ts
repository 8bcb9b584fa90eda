import * as z from 'zod'

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 } as const
const PATTERN = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/**
 * Milliseconds of a Prometheus duration such as `90s`, `1h30m` or `0`; undefined when the text is none.
 * Units go from large to small, each at most once (Prometheus documentation, "Float literals and time durations").
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  const match = text === '' ? null : PATTERN.exec(text)
  if (!match) return undefined
  const units = ['y', 'w', 'd', 'h', 'm', 's', 'ms'] as const
  return units.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * UNIT_MS[unit], 0)
}

/** Shortest Prometheus form of a duration in milliseconds, as `model.Duration.String()` prints it: `1h30m`, `0s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0s'
  let rest = durationMs
  let text = ''
  const take = (unit: keyof typeof UNIT_MS, exact: boolean) => {
    if (exact && rest % UNIT_MS[unit] !== 0) return
    const count = Math.floor(rest / UNIT_MS[unit])
    if (count > 0) text += `${count}${unit}`
    rest -= count * UNIT_MS[unit]
  }
  take('y', true)
  take('w', true)
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) take(unit, false)
  return text
}

/** Duration as users write it in configuration; becomes milliseconds. */
export const DurationMs = z.string().transform((text, context) => {
  const durationMs = parseDuration(text)
  if (durationMs !== undefined) return durationMs
  context.addIssue({ code: 'custom', message: `expected a duration such as 30s, 5m or 1h30m, got "${text}"` })
  return z.NEVER
})
