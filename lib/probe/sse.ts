/** Finds the `data` of each event in a text/event-stream, whatever its line ends are and however it is cut into chunks. */
export interface SseParser {
  /** Takes the next piece of text and returns the events that are complete now. */
  push(text: string): SseEvent[]
}

export interface SseEvent {
  event: string
  data: string
}

/**
 * Parser after the HTML standard, "Interpreting an event stream": CR, LF and CRLF end lines (a CRLF may be split over
 * two chunks), lines that start with a colon are comments, several `data` lines are joined by LF, events without data
 * are dropped (MCP servers send `id: …` with empty data to prime reconnecting), an unfinished event at the end is lost.
 */
export function createSseParser(): SseParser {
  let rest = ''
  let first = true
  let afterCr = false
  let event = ''
  let data: string[] = []

  const takeLine = (line: string): SseEvent | undefined => {
    if (line === '') {
      const complete = data.join('\n')
      const done = complete === '' ? undefined : { event: event || 'message', data: complete }
      event = ''
      data = []
      return done
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') data.push(value)
    if (field === 'event') event = value
    return undefined
  }

  return {
    push(text) {
      let input = text
      if (first && input !== '') {
        first = false
        if (input.charCodeAt(0) === 0xfeff) input = input.slice(1)
      }
      if (afterCr && input.startsWith('\n')) input = input.slice(1)
      if (text !== '') afterCr = text.endsWith('\r')
      // Only the new text can hold a line end, so a long line that trickles in is not searched again and again.
      const lines = input.split(/\r\n|\r|\n/)
      lines[0] = rest + (lines[0] ?? '')
      rest = lines.pop() ?? ''
      return lines.map(takeLine).filter((done) => done !== undefined)
    },
  }
}
