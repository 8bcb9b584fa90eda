import { isIP } from 'node:net'

/** Parts of `host:port` as Go's net.SplitHostPort finds them; undefined when the text is none. */
function splitHostPort(text: string): { host: string; port: string } | undefined {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text)
  return match ? { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' } : undefined
}

export function stripPort(text: string): string {
  return splitHostPort(text)?.host ?? text
}

/** The first label of a host name, its port kept; addresses stay as they are. */
export function stripDomain(text: string): string {
  const { host, port } = splitHostPort(text) ?? { host: text, port: '' }
  if (isIP(host) !== 0 && !host.includes('%')) return text
  const first = host.split('.')[0] ?? ''
  if (port === '') return first
  return /[:%]/.test(first) ? `[${first}]:${port}` : `${first}:${port}`
}
