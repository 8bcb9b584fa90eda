import { styleText } from 'node:util'

/** Prints a story step by step, with a progress line for what takes long, and remembers how long each step took. */
export interface Story {
  step<T>(name: string, work: () => Promise<T>): Promise<T>
  say(text: string): void
  /** Table of seconds per step. */
  times(): string
}

/** `output` is stdout; progress is redrawn on a terminal and written once per step elsewhere. */
export function tellStory(output: NodeJS.WriteStream): Story {
  const times: { name: string; seconds: number }[] = []
  const colour = (format: Parameters<typeof styleText>[0], text: string) => styleText(format, text, { stream: output })
  const say = (text: string) => output.write(`${text}\n`)
  return {
    say,
    async step(name, work) {
      const startedAt = Date.now()
      const elapsed = () => ((Date.now() - startedAt) / 1000).toFixed(1)
      const draw = () => output.write(`\r  … ${name} ${colour('dim', `${elapsed()} s`)} `)
      const timer = output.isTTY ? setInterval(draw, 200) : undefined
      if (!output.isTTY) say(`  … ${name}`)
      try {
        const result = await work()
        times.push({ name, seconds: (Date.now() - startedAt) / 1000 })
        say(`${output.isTTY ? '\r' : ''}  ${colour('green', '✓')} ${name} ${colour('dim', `${elapsed()} s`)}      `)
        return result
      } catch (error) {
        say(`${output.isTTY ? '\r' : ''}  ${colour('red', '✗')} ${name} failed after ${elapsed()} s`)
        throw error
      } finally {
        clearInterval(timer)
      }
    },
    times() {
      const width = Math.max(...times.map(({ name }) => name.length), 5)
      const total = times.reduce((sum, { seconds }) => sum + seconds, 0)
      const row = (name: string, seconds: number) => `  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s`
      return [...times.map(({ name, seconds }) => row(name, seconds)), row('total', total)].join('\n')
    },
  }
}
