import { parseNumber, unquoteGo } from './go-literals.ts'
import { lexTemplate, TemplateSyntaxError, type Token, type TokenType } from './lex.ts'
import type { Command, Node, Operand, Pipeline, Template } from './nodes.ts'

const DEEPEST = 200

/**
 * Parses a Go template (text/template of Go 1.26). Functions and variables must be known: what is not is refused here,
 * when the rules are loaded. Throws TemplateSyntaxError.
 */
export function parseTemplate(source: string, functions: ReadonlySet<string>, variables: readonly string[]): Template {
  return new Parser(lexTemplate(source), functions, variables).parse()
}

/** What ended a list of nodes. */
type ListEnd = 'end' | 'else' | 'eof'

class Parser {
  readonly tokens: Token[]
  readonly functions: ReadonlySet<string>
  variables: string[]
  readonly named = new Map<string, Node[]>()
  position = 0
  rangeDepth = 0
  depth = 0

  constructor(tokens: Token[], functions: ReadonlySet<string>, variables: readonly string[]) {
    this.tokens = tokens
    this.functions = functions
    this.variables = ['$', ...variables]
  }

  parse(): Template {
    const { nodes, end, offset } = this.list(true)
    if (end !== 'eof') throw new TemplateSyntaxError(offset, `unexpected {{${end}}}`)
    return { nodes, named: this.named }
  }

  private peek(): Token {
    return this.tokens[Math.min(this.position, this.tokens.length - 1)] as Token
  }

  private next(): Token {
    const token = this.peek()
    this.position += 1
    return token
  }

  private peekInk(): Token {
    while (this.peek().type === 'space') this.position += 1
    return this.peek()
  }

  private nextInk(): Token {
    this.peekInk()
    return this.next()
  }

  private unexpected(token: Token, context: string): never {
    if (token.type === 'end') throw new TemplateSyntaxError(token.offset, 'unexpected EOF')
    const shown = token.type === 'keyword' ? `<${token.text}>` : JSON.stringify(token.text)
    throw new TemplateSyntaxError(token.offset, `unexpected ${shown} in ${context}`)
  }

  private expect(type: TokenType, context: string): Token {
    const token = this.nextInk()
    return token.type === type ? token : this.unexpected(token, context)
  }

  private list(isTop = false): { nodes: Node[]; end: ListEnd; offset: number } {
    const nodes: Node[] = []
    this.depth += 1
    if (this.depth > DEEPEST) throw new TemplateSyntaxError(this.peek().offset, 'template is nested too deeply')
    for (;;) {
      const token = this.next()
      if (token.type === 'text') nodes.push({ type: 'text', text: token.text })
      else if (token.type === 'open') {
        const word = this.peekInk()
        if (word.type === 'keyword' && (word.text === 'end' || word.text === 'else')) {
          this.depth -= 1
          return { nodes, end: this.endOrElse(word), offset: word.offset }
        }
        const node = this.action(isTop)
        if (node) nodes.push(node)
      } else if (token.type === 'end' && isTop) {
        this.depth -= 1
        return { nodes, end: 'eof', offset: token.offset }
      } else this.unexpected(token, 'input')
    }
  }

  /** `{{else if …}}` and `{{else with …}}` leave their own word for the caller. */
  private endOrElse(word: Token): ListEnd {
    this.next()
    if (word.text === 'end') {
      this.expect('close', 'end')
      return 'end'
    }
    const after = this.peekInk()
    const chains = after.type === 'keyword' && (after.text === 'if' || after.text === 'with')
    if (!chains) this.expect('close', 'else')
    return 'else'
  }

  private action(isTop: boolean): Node | undefined {
    const word = this.peekInk()
    if (word.type !== 'keyword') return { type: 'action', pipe: this.pipeline('command', 'close') }
    this.next()
    switch (word.text) {
      case 'if':
      case 'with':
      case 'range':
        return this.control(word.text)
      case 'break':
      case 'continue':
        return this.jump(word as Token & { text: 'break' | 'continue' })
      case 'template':
        return this.call(word)
      case 'block':
        return this.block()
      case 'define':
        if (isTop) return this.definition()
    }
    return this.unexpected(word, 'command')
  }

  private control(type: 'if' | 'with' | 'range'): Node {
    const known = this.variables.length
    const pipe = this.pipeline(type, 'close')
    if (type === 'range') this.rangeDepth += 1
    const { nodes: body, end } = this.list()
    if (type === 'range') this.rangeDepth -= 1
    const otherwise = end === 'else' ? this.elseList(type) : []
    this.variables.length = known
    return { type, pipe, body, otherwise }
  }

  private elseList(type: 'if' | 'with' | 'range'): Node[] {
    const word = this.peek()
    if (word.type === 'keyword' && word.text === type && this.tokens[this.position - 1]?.type === 'space') {
      this.next()
      return [this.control(type)]
    }
    if (this.tokens[this.position - 1]?.type !== 'close') this.unexpected(word, type)
    const { nodes, end, offset } = this.list()
    if (end !== 'end') throw new TemplateSyntaxError(offset, 'expected end; found {{else}}')
    return nodes
  }

  private jump(word: Token & { text: 'break' | 'continue' }): Node {
    if (this.rangeDepth === 0) throw new TemplateSyntaxError(word.offset, `{{${word.text}}} outside {{range}}`)
    this.expect('close', `{{${word.text}}}`)
    return { type: word.text }
  }

  private call(word: Token): Node {
    const name = this.name('template clause')
    if (this.peekInk().type === 'close') {
      this.next()
      return { type: 'template', name, pipe: undefined, offset: word.offset }
    }
    return { type: 'template', name, pipe: this.pipeline('template clause', 'close'), offset: word.offset }
  }

  private block(): Node {
    const { offset } = this.peekInk()
    const name = this.name('block clause')
    const pipe = this.pipeline('block clause', 'close')
    this.named.set(name, this.body('block clause'))
    return { type: 'template', name, pipe, offset }
  }

  private definition(): undefined {
    const name = this.name('define clause')
    this.expect('close', 'define clause')
    this.named.set(name, this.body('define clause'))
  }

  /** A named template knows no variable of the one around it but `$`. */
  private body(context: string): Node[] {
    const { variables, rangeDepth } = this
    this.variables = ['$']
    this.rangeDepth = 0
    const { nodes, end, offset } = this.list()
    if (end !== 'end') throw new TemplateSyntaxError(offset, `unexpected {{${end}}} in ${context}`)
    Object.assign(this, { variables, rangeDepth })
    return nodes
  }

  private name(context: string): string {
    const token = this.nextInk()
    if (token.type !== 'string' && token.type !== 'raw') this.unexpected(token, context)
    return unquoteGo(token)
  }

  private pipeline(context: string, closer: 'close' | 'right'): Pipeline {
    const pipe: Pipeline = {
      type: 'pipeline',
      declares: [],
      assigns: false,
      commands: [],
      offset: this.peekInk().offset,
    }
    this.declarations(pipe, context)
    for (;;) {
      const token = this.nextInk()
      if (token.type === closer) break
      if (!STARTS_OPERAND.has(token.type)) this.unexpected(token, context)
      this.position -= 1
      pipe.commands.push(this.command())
    }
    if (pipe.commands.length === 0) throw new TemplateSyntaxError(pipe.offset, `missing value for ${context}`)
    const odd = pipe.commands.findIndex(({ operands: [first] }, index) => index > 0 && CONSTANTS.has(first.type))
    if (odd > 0) throw new TemplateSyntaxError(pipe.offset, `non executable command in pipeline stage ${odd + 1}`)
    return pipe
  }

  /** `$x :=`, `$x =`, and for range also `$i, $x :=`. */
  private declarations(pipe: Pipeline, context: string): void {
    while (this.peekInk().type === 'variable') {
      const start = this.position
      const variable = this.next()
      const after = this.peekInk()
      if (after.type === 'declare' || after.type === 'assign') {
        this.next()
        pipe.assigns = after.type === 'assign'
        pipe.declares.push(variable.text)
        this.variables.push(variable.text)
        return
      }
      if (after.type !== 'comma') {
        this.position = start
        return
      }
      this.next()
      pipe.declares.push(variable.text)
      this.variables.push(variable.text)
      if (context !== 'range' || pipe.declares.length > 1) {
        throw new TemplateSyntaxError(after.offset, `too many declarations in ${context}`)
      }
      if (this.peekInk().type !== 'variable') {
        throw new TemplateSyntaxError(after.offset, 'range can only initialize variables')
      }
    }
  }

  private command(): Command {
    const operands: Operand[] = []
    for (;;) {
      this.peekInk()
      const operand = this.operand()
      if (operand) operands.push(operand)
      const token = this.next()
      if (token.type === 'space') continue
      if (token.type === 'close' || token.type === 'right') this.position -= 1
      else if (token.type !== 'pipe') this.unexpected(token, 'operand')
      break
    }
    const [first, ...rest] = operands
    if (!first) throw new TemplateSyntaxError(this.peek().offset, 'empty command')
    return { operands: [first, ...rest] }
  }

  private operand(): Operand | undefined {
    const term = this.term()
    if (!term || this.peek().type !== 'field') return term
    const fields: string[] = []
    while (this.peek().type === 'field') fields.push(this.next().text.slice(1))
    if (term.type === 'field' || term.type === 'variable') return { ...term, fields: [...term.fields, ...fields] }
    if (CONSTANTS.has(term.type)) throw new TemplateSyntaxError(term.offset, 'unexpected . after a constant')
    return { type: 'chain', of: term, fields, offset: term.offset }
  }

  private term(): Operand | undefined {
    const token = this.nextInk()
    const { offset, text } = token
    switch (token.type) {
      case 'identifier':
        if (!this.functions.has(text)) throw new TemplateSyntaxError(offset, `function "${text}" not defined`)
        return { type: 'function', name: text, offset }
      case 'variable':
        if (!this.variables.includes(text)) throw new TemplateSyntaxError(offset, `undefined variable "${text}"`)
        return { type: 'variable', name: text, fields: [], offset }
      case 'field':
        return { type: 'field', fields: [text.slice(1)], offset }
      case 'dot':
      case 'nil':
        return { type: token.type, offset }
      case 'bool':
        return { type: 'bool', value: text === 'true', offset }
      case 'number':
      case 'character':
        return { type: 'number', value: parseNumber(token), text, offset }
      case 'string':
      case 'raw':
        return { type: 'string', value: unquoteGo(token), text, offset }
      case 'left':
        return this.parenthesis(token)
    }
    this.position -= 1
    return undefined
  }

  private parenthesis(open: Token): Operand {
    this.depth += 1
    if (this.depth > DEEPEST) throw new TemplateSyntaxError(open.offset, 'max expression depth exceeded')
    const pipe = this.pipeline('parenthesized pipeline', 'right')
    this.depth -= 1
    return pipe
  }
}

const CONSTANTS: ReadonlySet<string> = new Set(['bool', 'dot', 'nil', 'number', 'string'])

const STARTS_OPERAND: ReadonlySet<TokenType> = new Set([
  'bool',
  'character',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw',
  'string',
  'variable',
  'left',
])
