import { connect } from 'node:net'

/** Long for a connection inside a Region, short beside a probe's deadline. */
const CONNECT_MS = 2000
/** A reference that never answered, as in a VPC without a way out, is not asked for ever. */
const TRIES = 3

/** An address that tells whether this function's own network works. */
export interface Reference {
  /** Finds out that the reference can be reached at all; only that gives its silence a meaning. Quick once it is known. */
  prove(): Promise<void>
  /** Whether it was reached before and cannot be reached now. */
  isLost(): Promise<boolean>
}

/**
 * The reference of one warm function; undefined never is lost. It takes a TCP connection, no more: any answer proves the
 * network. One that was never reached proves nothing by its silence, so that servers that are down stay down.
 */
export function createReference(url: string | undefined): Reference {
  let wasReached = false
  let tries = 0
  return {
    async prove() {
      if (!url || wasReached || tries >= TRIES) return
      tries += 1
      wasReached = await canConnect(new URL(url))
    },
    async isLost() {
      return url !== undefined && wasReached && !(await canConnect(new URL(url)))
    },
  }
}

function canConnect(url: URL): Promise<boolean> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const finish = (reached: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(reached)
    }
    // A timer of its own, since the socket's does not cover the name's resolution.
    const timer = setTimeout(() => finish(false), CONNECT_MS)
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}
