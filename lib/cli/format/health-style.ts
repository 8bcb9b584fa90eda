import type { Style } from './table.ts'

const STYLES: Record<string, Style> = {
  healthy: 'green',
  warning: 'yellow',
  critical: 'red',
  unknown: 'magenta',
  stale: 'magenta',
  degraded: 'yellow',
  unhealthy: 'red',
  firing: 'red',
  pending: 'yellow',
  resolved: 'green',
  within: 'green',
  exceeded: 'red',
  'forecast to exceed': 'yellow',
}

/** Colour of a word that stands for a state, the same in every table. */
export function styleOf(word: string): Style {
  return STYLES[word] ?? 'white'
}
