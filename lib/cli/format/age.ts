const STEPS = [
  { ms: 86_400_000, unit: 'd' },
  { ms: 3_600_000, unit: 'h' },
  { ms: 60_000, unit: 'min' },
  { ms: 1000, unit: 's' },
] as const

/** A duration in its largest whole unit: `45 s`, `3 min`, `2 h`, `4 d`. */
export function formatAge(ageMs: number): string {
  const step = STEPS.find(({ ms }) => ageMs >= ms) ?? STEPS[3]
  return `${Math.floor(ageMs / step.ms)} ${step.unit}`
}

/** How long ago a moment was: `3 min ago`. */
export function formatSince(at: string, now: Date): string {
  return `${formatAge(Math.max(0, now.getTime() - Date.parse(at)))} ago`
}
