import { readFileSync } from 'node:fs'
import type { Config } from './load.ts'

/** The configuration a function was bundled with: validated at synth, so it is trusted here. */
export function readConfig(): Config {
  return JSON.parse(readFileSync(new URL('./config.json', import.meta.url), 'utf8')) as Config
}
