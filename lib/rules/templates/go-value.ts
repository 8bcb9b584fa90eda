import { formatFloat } from './format-float.ts'
import { Duration, Time } from './go-time.ts'

/**
 * A value as a Go template sees it. A number is a float64, a bigint an int; null is a nil pointer or interface,
 * undefined no value at all (an entry that a map of any lacks).
 */
export type GoValue =
  | string
  | number
  | bigint
  | boolean
  | GoMap
  | GoStruct
  | Time
  | Duration
  | GoValue[]
  | null
  | undefined

export class GoMap {
  readonly entries: Map<string, GoValue>
  /** Type of the values: what an entry that is not there counts as. */
  readonly element: 'string' | 'any'
  constructor(entries: Iterable<readonly [string, GoValue]>, element: 'string' | 'any') {
    this.entries = new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
    this.element = element
  }
  get(key: string): GoValue {
    return this.entries.has(key) ? this.entries.get(key) : this.element === 'string' ? '' : undefined
  }
}

export class GoStruct {
  readonly typeName: string
  readonly fields: Record<string, GoValue>
  constructor(typeName: string, fields: Record<string, GoValue>) {
    this.typeName = typeName
    this.fields = fields
  }
}

/** One sample of a query, with `.Labels` and `.Value`. */
export function sampleValue(labels: Readonly<Record<string, string>>, value: number): GoStruct {
  return new GoStruct('*template.sample', { Labels: new GoMap(Object.entries(labels), 'string'), Value: value })
}

export function isSample(value: GoValue): value is GoStruct {
  return value instanceof GoStruct && value.typeName === '*template.sample'
}

/** The name of the value's Go type, for messages. */
export function typeName(value: GoValue): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'boolean') return 'bool'
  if (value instanceof GoMap) return value.element === 'string' ? 'map[string]string' : 'map[string]interface {}'
  if (value instanceof GoStruct) return value.typeName
  if (value instanceof Time) return '*time.Time'
  if (value instanceof Duration) return '*time.Duration'
  return 'template.queryResult'
}

/** What `if` and `with` go by: anything but zero, empty and nil. */
export function isTrue(value: GoValue): boolean {
  if (value instanceof GoMap) return value.entries.size > 0
  if (Array.isArray(value)) return value.length > 0
  // NaN is not zero in Go.
  if (typeof value === 'number') return value !== 0
  return Boolean(value)
}

/** The value as `%v` prints it. */
export function formatValue(value: GoValue): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'number') return formatFloat(value, 'g', -1)
  if (value instanceof GoMap) {
    return `map[${[...value.entries].map(([name, each]) => `${name}:${formatValue(each)}`).join(' ')}]`
  }
  if (value instanceof GoStruct) {
    const prefix = value.typeName.startsWith('*') ? '&' : ''
    return `${prefix}{${Object.values(value.fields).map(formatValue).join(' ')}}`
  }
  if (Array.isArray(value)) return `[${value.map(formatValue).join(' ')}]`
  return String(value)
}
