const NAMED: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}
const BY_ESCAPE = new Map(Object.entries(NAMED).map(([character, written]) => [written, character]))
const ESCAPE = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[\s\S])/g

/** The text in double quotes as Go prints it, which is the form inside a groupKey (Go documentation, strconv.Quote). */
export function quote(text: string): string {
  const inner = [...text].map((character) => NAMED[character] ?? escapeUnprintable(character)).join('')
  return `"${inner}"`
}

function escapeUnprintable(character: string): string {
  if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** What stands between double quotes, with Go's escapes undone; undefined when there is an escape that Go has not. */
export function unquote(inner: string): string | undefined {
  let known = true
  const text = inner.replaceAll(ESCAPE, (written) => {
    const named = BY_ESCAPE.get(written)
    if (named !== undefined) return named
    const code = /^\\[xuU]/.test(written) ? Number.parseInt(written.slice(2), 16) : Number.NaN
    // Above 7F, \x stands for a byte of UTF-8, which nobody writes into a label.
    const isHalf = code >= 0xd800 && code <= 0xdfff
    if (Number.isNaN(code) || code > 0x10ffff || isHalf || (written[1] === 'x' && code > 0x7f)) known = false
    return known ? String.fromCodePoint(code) : ''
  })
  return known ? text : undefined
}
