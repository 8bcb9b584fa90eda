/** A parsed template. Offsets count from the start of its text. */
export type Node =
  | { type: 'text'; text: string }
  | { type: 'action'; pipe: Pipeline }
  | { type: 'if' | 'with'; pipe: Pipeline; body: Node[]; otherwise: Node[] }
  | { type: 'range'; pipe: Pipeline; body: Node[]; otherwise: Node[] }
  | { type: 'template'; name: string; pipe: Pipeline | undefined; offset: number }
  | { type: 'break' | 'continue' }

export interface Pipeline {
  type: 'pipeline'
  declares: string[]
  /** `=` sets a variable that exists; `:=` makes one. */
  assigns: boolean
  commands: Command[]
  offset: number
}

export interface Command {
  operands: [Operand, ...Operand[]]
}

export type Operand = { offset: number } & (
  | { type: 'dot' }
  | { type: 'nil' }
  | { type: 'bool'; value: boolean }
  /** A whole number is a bigint, as Go tells int from float64. */
  | { type: 'number'; value: number | bigint; text: string }
  | { type: 'string'; value: string; text: string }
  | { type: 'function'; name: string }
  | { type: 'field'; fields: string[] }
  | { type: 'variable'; name: string; fields: string[] }
  | { type: 'chain'; of: Operand; fields: string[] }
  | Pipeline
)

export interface Template {
  nodes: Node[]
  /** Those of `define` and `block`. */
  named: Map<string, Node[]>
}
