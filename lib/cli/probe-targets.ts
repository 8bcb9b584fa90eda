import { readFileSync } from 'node:fs'
import { validateHeaderName, validateHeaderValue } from 'node:http'

export interface Targets {
  urls: string[]
  /** One line each: where it stands, what is wrong, what is expected. */
  problems: string[]
}

/** Collects the targets of the command line and of the files (a URL per line; blank lines and # comments are passed over). */
export function readTargets(given: readonly string[], files: readonly string[]): Targets {
  const urls: string[] = []
  const problems: string[] = []
  const take = (text: string, place: string) => {
    const problem = problemOfUrl(text)
    if (problem) problems.push(`${place}: ${problem}`)
    else urls.push(text)
  }
  given.forEach((text, index) => {
    take(text, `argument ${index + 1}`)
  })
  for (const file of files) {
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch (error) {
      problems.push(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`)
      continue
    }
    text
      .replace(/^\uFEFF/, '')
      .split(/\r\n|\r|\n/)
      .forEach((line, index) => {
        const url = line.trim()
        if (url !== '' && !url.startsWith('#')) take(url, `${file}:${index + 1}`)
      })
  }
  return { urls, problems }
}

function problemOfUrl(text: string): string | undefined {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text
  const url = URL.parse(text)
  if (!url) {
    const likely = /^[\w.-]+(:\d+)?(\/|$)/.test(text) ? `, did you mean http://${shown}?` : ''
    return `"${shown}" is not a URL; expected one such as https://host/mcp${likely}`
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    // `localhost:8080/mcp` parses as a URL whose scheme is `localhost:`.
    const likely = /^[\w.-]+:\d+(\/|$)/.test(text) ? `, did you mean http://${shown}?` : ''
    return `"${shown}" is not an http or https URL; expected one such as https://host/mcp${likely}`
  }
  if (url.username || url.password) {
    return `the URL of ${url.host} holds a user name or password; give credentials with --header instead`
  }
  return undefined
}

/** Headers that the probe sets by itself; another value would break the protocol or its framing. */
const OWN =
  /^(content-length|content-type|content-encoding|transfer-encoding|connection|accept|expect|upgrade|te|trailer|mcp-.*)$/

/** Reads `K: V` texts. The values of headers are secrets: problems never repeat them. */
export function readHeaders(texts: readonly string[]): { headers: Record<string, string>; problems: string[] } {
  const headers: Record<string, string> = {}
  const problems: string[] = []
  texts.forEach((text, index) => {
    const place = `--header ${index + 1}`
    const colon = text.indexOf(':')
    const name = text.slice(0, Math.max(0, colon)).trim().toLowerCase()
    const value = text.slice(colon + 1).trim()
    try {
      if (colon < 0) throw new TypeError('no colon')
      validateHeaderName(name)
      validateHeaderValue(name, value)
    } catch {
      problems.push(`${place}: not a header; expected 'Name: value', such as --header 'Authorization: Bearer …'`)
      return
    }
    if (OWN.test(name)) problems.push(`${place}: ${name} belongs to the protocol and cannot be set`)
    else headers[name] = value
  })
  return { headers, problems }
}
