import { formatProblem } from '../model/problem.ts'
import { type Config, loadConfig } from './load.ts'

/** For programs that cannot go on without it: prints one line per problem on stderr and exits with 2 on any error. */
export function loadConfigOrExit(path: string): Config {
  const { config, problems } = loadConfig(path)
  for (const problem of problems) console.error(formatProblem(problem))
  if (config) return config
  console.error(`${path}: nothing was deployed; mend the lines above and try again`)
  process.exit(2)
}
