/** A probe that has not ended by now waits for a silent server; it costs a socket, but no work. */
const YIELD_MS = 400
/** Open probes at most, two sockets each at worst: well below the 1,024 descriptors of a Lambda. */
const MAX_OPEN = 400

/**
 * Runs a probe of each item, `concurrency` at a time. One that waits for a silent server gives its place up to the
 * next, so that a fifth of the fleet hanging does not delay the verdicts of the rest. Results come in the order of ending.
 */
export async function probeMany<Item, Result>(
  items: Iterable<Item>,
  concurrency: number,
  run: (item: Item) => Promise<Result>,
  onResult: (result: Result, item: Item) => void,
): Promise<void> {
  const places = createPlaces(concurrency)
  const open = new Set<Promise<void>>()
  for (const item of items) {
    await places.take()
    if (open.size >= Math.max(MAX_OPEN, concurrency)) await Promise.race(open)
    let held = true
    const give = () => {
      if (held) places.give()
      held = false
    }
    const timer = setTimeout(give, YIELD_MS)
    const running: Promise<void> = run(item)
      .then((result) => onResult(result, item))
      .finally(() => {
        clearTimeout(timer)
        give()
        open.delete(running)
      })
    open.add(running)
  }
  await Promise.all(open)
}

function createPlaces(count: number) {
  let free = count
  const waiting: (() => void)[] = []
  return {
    take(): Promise<void> {
      if (free > 0) {
        free -= 1
        return Promise.resolve()
      }
      return new Promise((resolve) => waiting.push(resolve))
    },
    give() {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    },
  }
}
