const SLOW_MS = 2000
const REPEAT_MS = 10_000

/** Prints lines on standard output: what the command was asked for. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Prints a value as JSON, for programs. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** Prints a line on standard error: progress and what went wrong, so that standard output stays clean for pipes. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Columns of the terminal; without one nothing needs to be cut. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY
}

/** Waits for work and, when it takes over 2 s, says on standard error what is going on. */
export async function withProgress<T>(what: string, work: Promise<T>): Promise<T> {
  const startedAt = Date.now()
  const say = () => tell(`… ${what} (${Math.round((Date.now() - startedAt) / 1000)} s)`)
  let repeated: NodeJS.Timeout | undefined
  const first = setTimeout(() => {
    say()
    repeated = setInterval(say, REPEAT_MS)
  }, SLOW_MS)
  try {
    return await work
  } finally {
    clearTimeout(first)
    clearInterval(repeated)
  }
}
