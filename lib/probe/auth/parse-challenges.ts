/** One challenge of a `WWW-Authenticate` header: scheme in lower case, parameter names too. */
export interface Challenge {
  scheme: string
  params: Record<string, string>
}

const TOKEN = /[\w!#$%&'*+.^`|~-]+/y
const PARAM = /([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y

/**
 * Reads a `WWW-Authenticate` header (RFC 9110, section 11.6.1): several challenges in one line, quoted strings with
 * escapes and commas in them. What cannot be read is passed over; a health check must not fail over a header.
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = []
  let at = 0
  while (at < header.length) {
    PARAM.lastIndex = at
    const param = PARAM.exec(header)
    const current = challenges.at(-1)
    if (param && current) {
      const [, name = '', quoted, plain = ''] = param
      current.params[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? plain
      at = PARAM.lastIndex
      continue
    }
    TOKEN.lastIndex = at
    const scheme = TOKEN.exec(header)
    if (scheme) challenges.push({ scheme: scheme[0].toLowerCase(), params: {} })
    at = scheme ? TOKEN.lastIndex : at + 1
  }
  return challenges
}
