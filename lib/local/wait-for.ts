/** Asks until the answer is true. Throws when it is not within the time, naming what was waited for. */
export async function waitFor(what: string, timeoutMs: number, isThere: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await isThere())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
