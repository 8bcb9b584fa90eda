import { didYouMean } from '../config/suggest.ts'
import type { Server } from '../model/server.ts'
import { ConfigError } from './config-error.ts'

/** The servers named on the command line, or all when none is. Throws ConfigError for a name nobody has. */
export function named(servers: readonly Server[], names: readonly string[]): readonly Server[] {
  const known = servers.map((server) => server.deployment)
  for (const name of names) {
    if (!known.includes(name)) throw new ConfigError(`no server is called "${name}"${didYouMean(name, known)}`)
  }
  return names.length === 0 ? servers : servers.filter((server) => names.includes(server.deployment))
}
