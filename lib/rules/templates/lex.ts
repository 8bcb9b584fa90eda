/** A fault in a template's text, at a character offset from its start. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError'
  readonly offset: number
  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

export type TokenType =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'keyword'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'dot'
  | 'bool'
  | 'nil'
  | 'number'
  | 'character'
  | 'string'
  | 'raw'
  | 'pipe'
  | 'declare'
  | 'assign'
  | 'left'
  | 'right'
  | 'comma'
  | 'other'
  | 'end'

export interface Token {
  type: TokenType
  text: string
  offset: number
}

const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with'])

const NUMBER =
  /(?=[+\-.\d])[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*|0[bB][01_]*|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)i?/y

/** Tokens inside an action, the first that fits; what may follow a word is checked apart. */
const INSIDE: readonly (readonly [TokenType, RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['declare', /:=/y],
  ['assign', /=/y],
  ['pipe', /\|/y],
  ['string', /"(?:\\[^\n]|[^"\\\n])*"/y],
  ['raw', /`[^`]*`/y],
  ['character', /'(?:\\[^\n]|[^'\\\n])*'/y],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['dot', /\.(?![0-9])/y],
  ['number', NUMBER],
  ['identifier', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['left', /\(/y],
  ['right', /\)/y],
  ['comma', /,/y],
  ['other', /[!-~]/y],
]

/**
 * Cuts a template into tokens as Go's text/template does, trim markers (`{{- `, ` -}}`) and comments taken out. White
 * space inside actions stays as tokens: it parts arguments.
 */
export function lexTemplate(source: string): Token[] {
  const tokens: Token[] = []
  let position = 0
  let trimNext = false
  while (position < source.length) {
    const open = source.indexOf('{{', position)
    const textEnd = open < 0 ? source.length : open
    const trimThis = open >= 0 && /^-[ \t\r\n]/.test(source.slice(open + 2, open + 4))
    let text = source.slice(position, textEnd)
    if (trimNext) text = text.replace(/^[ \t\r\n]+/, '')
    if (trimThis) text = text.replace(/[ \t\r\n]+$/, '')
    if (text) tokens.push({ type: 'text', text, offset: position })
    if (open < 0) break
    const inside = open + (trimThis ? 4 : 2)
    const isComment = source.startsWith('/*', trimThis ? open + 4 : open + 2)
    const end = isComment ? skipComment(source, inside) : lexAction(source, open, inside, tokens)
    position = end.position
    trimNext = end.trims
  }
  tokens.push({ type: 'end', text: '', offset: source.length })
  return tokens
}

interface ActionEnd {
  position: number
  trims: boolean
}

const CLOSE = /(?:[ \t\r\n]-)?\}\}/y

function closeAt(source: string, position: number): ActionEnd | undefined {
  CLOSE.lastIndex = position
  const match = CLOSE.exec(source)
  return match ? { position: position + match[0].length, trims: match[0].length > 2 } : undefined
}

function skipComment(source: string, start: number): ActionEnd {
  const end = source.indexOf('*/', start + 2)
  if (end < 0) throw new TemplateSyntaxError(start, 'unclosed comment')
  const close = closeAt(source, end + 2)
  if (!close) throw new TemplateSyntaxError(end + 2, 'comment ends before closing delimiter')
  return close
}

function lexAction(source: string, open: number, start: number, tokens: Token[]): ActionEnd {
  tokens.push({ type: 'open', text: '{{', offset: open })
  let position = start
  let depth = 0
  for (;;) {
    const close = closeAt(source, position)
    if (close) {
      if (depth > 0) throw new TemplateSyntaxError(position, 'unclosed left paren')
      tokens.push({ type: 'close', text: '}}', offset: position })
      return close
    }
    if (position >= source.length) throw new TemplateSyntaxError(open, 'unclosed action')
    const token = withoutMarker(source, nextToken(source, position))
    if (token.type === 'left') depth += 1
    if (token.type === 'right') depth -= 1
    if (depth < 0) throw new TemplateSyntaxError(position, 'unexpected right paren')
    tokens.push(token)
    position += token.text.length
  }
}

/** The last white space before `-}}` is part of that marker. */
function withoutMarker(source: string, token: Token): Token {
  if (token.type !== 'space' || token.text.length === 1) return token
  const rest = source.slice(token.offset + token.text.length)
  return rest.startsWith('-}}') ? { ...token, text: token.text.slice(0, -1) } : token
}

function nextToken(source: string, offset: number): Token {
  for (const [type, pattern] of INSIDE) {
    pattern.lastIndex = offset
    const text = pattern.exec(source)?.[0]
    if (!text) continue
    const end = offset + text.length
    if (type === 'number' && (!/\d/.test(text) || /^[\p{L}\p{Nd}_]/u.test(source.slice(end)))) {
      throw new TemplateSyntaxError(offset, `bad number syntax: "${text}"`)
    }
    if (type === 'identifier' || type === 'field' || type === 'variable') refuseOddEnd(source, end)
    return { type: type === 'identifier' ? wordType(text) : type, text, offset }
  }
  const rest = source.slice(offset)
  if (rest.startsWith('"')) throw new TemplateSyntaxError(offset, 'unterminated quoted string')
  if (rest.startsWith('`')) throw new TemplateSyntaxError(offset, 'unterminated raw quoted string')
  if (rest.startsWith("'")) throw new TemplateSyntaxError(offset, 'unterminated character constant')
  if (rest.startsWith(':')) throw new TemplateSyntaxError(offset, 'expected :=')
  throw new TemplateSyntaxError(offset, `unrecognized character in action: ${codePoint(rest)}`)
}

function wordType(word: string): TokenType {
  if (KEYWORDS.has(word)) return 'keyword'
  if (word === 'true' || word === 'false') return 'bool'
  return word === 'nil' ? 'nil' : 'identifier'
}

/** After a word comes white space, the end, or one of a few characters. */
function refuseOddEnd(source: string, end: number): void {
  const rest = source.slice(end, end + 2)
  if (rest === '' || /^[ \t\r\n.,|:()]/.test(rest) || rest === '}}') return
  throw new TemplateSyntaxError(end, `bad character ${codePoint(rest)}`)
}

function codePoint(text: string): string {
  const point = text.codePointAt(0) ?? 0
  return `U+${point.toString(16).toUpperCase().padStart(4, '0')} '${String.fromCodePoint(point)}'`
}
