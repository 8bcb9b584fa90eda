const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const INFINITE = /^([+-]?)inf(?:inity)?$/i

/**
 * A sample value or timestamp as Go's `strconv.ParseFloat` reads it, without hexadecimal and `_` forms, which Prometheus
 * refuses too. Undefined when the text is no number or too large for a double.
 */
export function parseGoFloat(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : undefined
  }
  const infinite = INFINITE.exec(text)
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return text.toLowerCase() === 'nan' ? Number.NaN : undefined
}

/**
 * A bucket bound in the one form Prometheus stores since version 3 (`le="1"` becomes `le="1.0"`, 1000000 `1e+06`), so
 * that a series stays the same whichever format a server answers in. OpenMetrics 1.0, "Canonical numbers".
 */
export function formatBound(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const text = shortest(value)
  return /[e.]/.test(text) ? text : `${text}.0`
}

/** Go's `strconv.FormatFloat(v, 'g', -1, 64)`: exponent form below 1e-4 and from 1e6 on, at least two digits in it. */
function shortest(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (value !== 0 && (power < -4 || power >= 6)) {
    const digits = String(Math.abs(power)).padStart(2, '0')
    return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`
  }
  return String(value)
}
