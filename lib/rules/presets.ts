import { readFileSync } from 'node:fs'

/** Rule files that come with fleetwatch, and what each is for. */
export const PRESETS = {
  servers: 'health, errors, latency and memory of each server, with usual thresholds',
  triggers: 'triggers with priority P1 to P3 and a cooldown',
  fleet: 'restarts, rollouts, changed tools, certificates, stale verdicts, budgets',
  objectives: 'service level objectives: fast burn rates, sustained resource use',
  'objectives-slow': 'slow burn rates over hours and days',
  'own-health': 'fleetwatch watching its own rules, probes and evaluations',
} as const satisfies Record<string, string>

export type PresetName = keyof typeof PRESETS

export function isPreset(name: string): name is PresetName {
  return Object.hasOwn(PRESETS, name)
}

/** The text of a preset: a Prometheus rule file, to be used as it is or copied and changed. */
export function readPreset(name: PresetName): string {
  return readFileSync(new URL(`presets/${name}.yaml`, import.meta.url), 'utf8')
}
