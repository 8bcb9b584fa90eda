import type { Parameter, TemplateFunction } from './builtins.ts'
import { Duration, Time } from './go-time.ts'
import { formatValue, GoMap, GoStruct, type GoValue, isSample, isTrue, typeName } from './go-value.ts'
import type { Command, Node, Operand, Pipeline, Template } from './nodes.ts'

/** A template that parsed but failed on its data, at a character offset from its start. */
export class TemplateRunError extends Error {
  override readonly name = 'TemplateRunError'
  readonly offset: number
  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

/** Bounds of one expansion: a template is a program, and a wrong one must not stop the others. */
const MOST_STEPS = 200_000
const MOST_TEXT = 1_000_000
const DEEPEST = 100

type Jump = 'break' | 'continue' | undefined

/**
 * Runs a template on its data with Go's rules: printing, truth, comparison, missing map entries as zero values. Throws
 * TemplateRunError where Go gives an error.
 */
export function executeTemplate(
  template: Template,
  data: GoValue,
  variables: Readonly<Record<string, GoValue>>,
  functions: Readonly<Record<string, TemplateFunction>>,
): string {
  const run = new Run(template, functions)
  run.walk(template.nodes, data, [new Map([['$', data], ...Object.entries(variables)])])
  return run.text
}

/** Variables by scope, innermost last. */
type Scopes = Map<string, GoValue>[]

/** Tells "no value was piped in" from a piped nil. */
const NOTHING = Symbol('nothing')
type Piped = GoValue | typeof NOTHING

class Run {
  readonly template: Template
  readonly functions: Readonly<Record<string, TemplateFunction>>
  text = ''
  steps = 0
  depth = 0

  constructor(template: Template, functions: Readonly<Record<string, TemplateFunction>>) {
    this.template = template
    this.functions = functions
  }

  walk(nodes: readonly Node[], dot: GoValue, scopes: Scopes): Jump {
    for (const node of nodes) {
      const jump = this.step(node, dot, scopes)
      if (jump) return jump
    }
    return undefined
  }

  private step(node: Node, dot: GoValue, scopes: Scopes): Jump {
    this.steps += 1
    if (this.steps > MOST_STEPS) throw new TemplateRunError(0, `the template runs for more than ${MOST_STEPS} steps`)
    switch (node.type) {
      case 'text':
        this.write(node.text)
        return undefined
      case 'action': {
        const value = this.pipeline(node.pipe, dot, scopes)
        if (node.pipe.declares.length === 0) this.write(printed(value))
        return undefined
      }
      case 'if':
      case 'with': {
        const inner = [...scopes, new Map()]
        const value = this.pipeline(node.pipe, dot, inner)
        if (isTrue(value)) return this.walk(node.body, node.type === 'with' ? value : dot, inner)
        return this.walk(node.otherwise, dot, inner)
      }
      case 'range':
        return this.range(node, dot, scopes)
      case 'template':
        this.call(node, dot, scopes)
        return undefined
      default:
        return node.type
    }
  }

  private write(text: string): void {
    this.text += text
    if (this.text.length > MOST_TEXT) {
      throw new TemplateRunError(0, `the template gives more than ${MOST_TEXT} characters`)
    }
  }

  private range(node: Node & { type: 'range' }, dot: GoValue, scopes: Scopes): Jump {
    const outer: Scopes = [...scopes, new Map()]
    const { declares, assigns, offset } = node.pipe
    const value = this.pipeline(node.pipe, dot, outer)
    let ran = false
    for (const [key, element] of entriesOf(value, declares.length, offset)) {
      ran = true
      const inner: Scopes = [...outer, new Map()]
      const values = declares.length > 1 ? [key, element] : [element]
      for (const [index, name] of declares.entries()) {
        if (assigns) setVariable(inner, name, values[index])
        else inner.at(-1)?.set(name, values[index])
      }
      const jump = this.walk(node.body, element, inner)
      if (jump === 'break') return undefined
    }
    return ran ? undefined : this.walk(node.otherwise, dot, outer)
  }

  private call(node: Node & { type: 'template' }, dot: GoValue, scopes: Scopes): void {
    const nodes = this.template.named.get(node.name)
    if (!nodes) throw new TemplateRunError(node.offset, `template ${JSON.stringify(node.name)} not defined`)
    const data = node.pipe ? this.pipeline(node.pipe, dot, scopes) : undefined
    this.depth += 1
    if (this.depth > DEEPEST) throw new TemplateRunError(node.offset, 'exceeded maximum template depth')
    this.walk(nodes, data, [new Map([['$', data]])])
    this.depth -= 1
  }

  private pipeline(pipe: Pipeline, dot: GoValue, scopes: Scopes): GoValue {
    let value: Piped = NOTHING
    for (const command of pipe.commands) value = this.command(command, dot, scopes, value)
    const result = value === NOTHING ? undefined : value
    for (const name of pipe.declares) {
      if (pipe.assigns) setVariable(scopes, name, result)
      else scopes.at(-1)?.set(name, result)
    }
    return result
  }

  private command({ operands }: Command, dot: GoValue, scopes: Scopes, piped: Piped): GoValue {
    const [first, ...rest] = operands
    this.steps += 1
    if (first.type === 'function') return this.invoke(first, rest, dot, scopes, piped)
    if (first.type === 'nil') throw new TemplateRunError(first.offset, 'nil is not a command')
    const fields = 'fields' in first ? first.fields : []
    if (fields.length > 0) {
      const values = rest.map((operand) => this.operand(operand, dot, scopes))
      const args = piped === NOTHING ? values : [...values, piped]
      return follow(this.receiver(first, dot, scopes), fields, args, first)
    }
    if (rest.length > 0 || piped !== NOTHING) {
      throw new TemplateRunError(first.offset, `can't give argument to non-function ${describe(first)}`)
    }
    return this.operand(first, dot, scopes)
  }

  /** What the fields of an operand start from. */
  private receiver(operand: Operand, dot: GoValue, scopes: Scopes): GoValue {
    if (operand.type === 'field') return dot
    if (operand.type === 'variable') return getVariable(scopes, operand.name)
    if (operand.type === 'chain') return this.operand(operand.of, dot, scopes)
    return undefined
  }

  private operand(operand: Operand, dot: GoValue, scopes: Scopes): GoValue {
    switch (operand.type) {
      case 'dot':
        return dot
      case 'nil':
        return null
      case 'bool':
      case 'number':
      case 'string':
        return operand.value
      case 'function':
        return this.invoke(operand, [], dot, scopes, NOTHING)
      case 'pipeline':
        return this.pipeline(operand, dot, scopes)
      case 'field':
      case 'chain':
        return follow(this.receiver(operand, dot, scopes), operand.fields, [], operand)
      case 'variable':
        return follow(getVariable(scopes, operand.name), operand.fields, [], operand)
    }
  }

  private invoke(
    operand: Operand & { type: 'function' },
    rest: readonly Operand[],
    dot: GoValue,
    scopes: Scopes,
    piped: Piped,
  ): GoValue {
    const { name, offset } = operand
    const definition = this.functions[name]
    if (!definition) throw new TemplateRunError(offset, `"${name}" is not a defined function`)
    const count = rest.length + (piped === NOTHING ? 0 : 1)
    const { parameters } = definition
    if (definition.rest ? count < parameters.length : count !== parameters.length) {
      const wanted = definition.rest ? `at least ${parameters.length}` : parameters.length
      throw new TemplateRunError(offset, `wrong number of args for ${name}: want ${wanted} got ${count}`)
    }
    if (name === 'and' || name === 'or') return this.shortCircuit(name, rest, dot, scopes, piped)
    const typeOf = (index: number) => parameters[index] ?? definition.rest ?? 'any'
    const values = rest.map((each, index) =>
      fitting(this.argument(each, typeOf(index), dot, scopes), typeOf(index), each),
    )
    if (piped !== NOTHING) values.push(fitting(piped, typeOf(rest.length), operand))
    try {
      return definition.call(...values)
    } catch (error) {
      if (error instanceof TemplateRunError) throw error
      const message = error instanceof Error ? error.message : String(error)
      throw new TemplateRunError(offset, `error calling ${name}: ${message}`)
    }
  }

  private shortCircuit(
    name: 'and' | 'or',
    rest: readonly Operand[],
    dot: GoValue,
    scopes: Scopes,
    piped: Piped,
  ): GoValue {
    let value: GoValue
    for (const operand of rest) {
      value = this.operand(operand, dot, scopes)
      if (isTrue(value) === (name === 'or')) return value
    }
    return piped === NOTHING ? value : piped
  }

  /** A constant as an argument must be of the parameter's kind; nil goes where a pointer may. */
  private argument(operand: Operand, type: Parameter, dot: GoValue, scopes: Scopes): GoValue {
    if (type === 'string' && (operand.type === 'number' || operand.type === 'bool')) {
      throw new TemplateRunError(operand.offset, `expected string; found ${describe(operand)}`)
    }
    if (type === 'string' && operand.type === 'nil') {
      throw new TemplateRunError(operand.offset, 'cannot assign nil to string')
    }
    if ((type === 'vector' || type === 'sample') && ['number', 'bool', 'string'].includes(operand.type)) {
      throw new TemplateRunError(operand.offset, `can't handle ${describe(operand)} for arg of type ${GO_TYPES[type]}`)
    }
    return this.operand(operand, dot, scopes)
  }
}

const GO_TYPES = { string: 'string', vector: 'template.queryResult', sample: '*template.sample', any: 'interface {}' }

function fitting(value: GoValue, type: Parameter, operand: Operand): GoValue {
  if (type === 'any') return value
  const expected = GO_TYPES[type]
  if (value === undefined || value === null) {
    if (type === 'string') throw new TemplateRunError(operand.offset, 'invalid value; expected string')
    return type === 'vector' ? [] : value
  }
  const fits =
    type === 'string' ? typeof value === 'string' : type === 'vector' ? Array.isArray(value) : isSample(value)
  if (fits) return value
  throw new TemplateRunError(operand.offset, `wrong type for value; expected ${expected}; got ${typeName(value)}`)
}

/** Pairs that `range` goes through; maps in the order of their keys. */
function entriesOf(value: GoValue, variables: number, offset: number): Iterable<readonly [GoValue, GoValue]> {
  if (Array.isArray(value)) return value.map((element, index) => [BigInt(index), element] as const)
  if (value instanceof GoMap) return value.entries
  if (value === undefined || value === null) return []
  if (typeof value !== 'bigint') throw new TemplateRunError(offset, `range can't iterate over ${formatValue(value)}`)
  if (variables > 1) {
    throw new TemplateRunError(offset, `can't use ${value} to iterate over more than one variable`)
  }
  return countTo(value)
}

function* countTo(end: bigint): Generator<readonly [GoValue, GoValue]> {
  for (let each = 0n; each < end; each += 1n) yield [each, each]
}

function follow(start: GoValue, fields: readonly string[], args: readonly GoValue[], operand: Operand): GoValue {
  return fields.reduce<GoValue>(
    (receiver, field, index) => fieldOf(receiver, field, index === fields.length - 1 ? args : [], operand),
    start,
  )
}

function fieldOf(receiver: GoValue, field: string, args: readonly GoValue[], operand: Operand): GoValue {
  if (receiver === undefined) return undefined
  if (receiver === null) throw new TemplateRunError(operand.offset, `nil pointer evaluating interface {}.${field}`)
  if (receiver instanceof GoMap) {
    if (args.length > 0) throw new TemplateRunError(operand.offset, `${field} is not a method but has arguments`)
    return receiver.get(field)
  }
  if (receiver instanceof GoStruct && Object.hasOwn(receiver.fields, field)) {
    if (args.length === 0) return receiver.fields[field]
    throw new TemplateRunError(operand.offset, `${field} has arguments but cannot be invoked as function`)
  }
  const result = receiver instanceof Time || receiver instanceof Duration ? receiver.call(field, args) : undefined
  if (result !== undefined) return result
  throw new TemplateRunError(operand.offset, `can't evaluate field ${field} in type ${typeName(receiver)}`)
}

function getVariable(scopes: Scopes, name: string): GoValue {
  return scopes.findLast((scope) => scope.has(name))?.get(name)
}

function setVariable(scopes: Scopes, name: string, value: GoValue): void {
  const scope = scopes.findLast((each) => each.has(name)) ?? scopes.at(-1)
  scope?.set(name, value)
}

function printed(value: GoValue): string {
  if (value === undefined || value === null) return '<no value>'
  const text = formatValue(value)
  return value instanceof GoStruct ? text.replace(/^&/, '') : text
}

/** The operand as Go's messages show it. */
function describe(operand: Operand): string {
  switch (operand.type) {
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'bool':
      return String(operand.value)
    case 'number':
    case 'string':
      return operand.text
    case 'function':
      return operand.name
    case 'field':
      return operand.fields.map((field) => `.${field}`).join('')
    case 'variable':
      return [operand.name, ...operand.fields].join('.')
    default:
      return '(…)'
  }
}
