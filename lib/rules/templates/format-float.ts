/**
 * A float as Go's strconv.FormatFloat writes it. `precision` -1 is the shortest text that reads back as the same value.
 * Rounding is exact, halves go to the even digit; JavaScript's toFixed and toPrecision round halves up.
 */
export function formatFloat(value: number, verb: 'e' | 'f' | 'g', precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  if (size === Number.POSITIVE_INFINITY) return sign ? '-Inf' : '+Inf'
  if (verb === 'f') return sign + (precision < 0 ? plain(shortest(size)) : fixed(size, precision))
  if (verb === 'e') {
    return sign + scientific(precision < 0 ? shortest(size) : rounded(size, precision + 1), precision)
  }
  return sign + general(size, precision)
}

/** Decimal digits without leading zeros, and the exponent of the first of them. */
interface Decimal {
  digits: string
  exponent: number
}

function general(size: number, precision: number): string {
  const wanted = precision === 0 ? 1 : precision
  const decimal = precision < 0 ? shortest(size) : rounded(size, wanted)
  const digits = decimal.digits.replace(/0+$/, '') || '0'
  const fits = wanted > digits.length && digits.length > decimal.exponent
  const limit = precision < 0 ? 6 : fits ? digits.length : wanted
  if (decimal.exponent < -4 || decimal.exponent >= limit) return scientific({ ...decimal, digits }, -1)
  return plain({ ...decimal, digits })
}

function scientific({ digits, exponent }: Decimal, precision: number): string {
  const rest = precision < 0 ? digits.slice(1) : digits.slice(1).padEnd(precision, '0')
  const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return `${digits[0]}${rest ? `.${rest}` : ''}e${power}`
}

function plain({ digits, exponent }: Decimal): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const part = digits.slice(exponent + 1)
  return part ? `${whole}.${part}` : whole
}

function shortest(size: number): Decimal {
  const [mantissa = '0', power = '0'] = size.toExponential().split('e')
  return { digits: mantissa.replace('.', ''), exponent: Number(power) }
}

/** The value as a fraction of whole numbers. */
function fraction(size: number): { above: bigint; below: bigint } {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, size)
  const raw = bits.getBigUint64(0)
  const biased = Number(raw >> 52n)
  const low = raw & 0xfffffffffffffn
  const mantissa = biased === 0 ? low : low | (1n << 52n)
  const exponent = Math.max(biased, 1) - 1075
  return exponent >= 0
    ? { above: mantissa << BigInt(exponent), below: 1n }
    : { above: mantissa, below: 1n << BigInt(-exponent) }
}

/** The fraction times a power of ten, rounded half to even. */
function scaled({ above, below }: { above: bigint; below: bigint }, power: number): bigint {
  const dividend = power >= 0 ? above * 10n ** BigInt(power) : above
  const divisor = power >= 0 ? below : below * 10n ** BigInt(-power)
  const whole = dividend / divisor
  const twice = 2n * (dividend % divisor)
  const up = twice > divisor || (twice === divisor && whole % 2n === 1n)
  return up ? whole + 1n : whole
}

function fixed(size: number, places: number): string {
  const digits = scaled(fraction(size), places)
    .toString()
    .padStart(places + 1, '0')
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
}

function rounded(size: number, count: number): Decimal {
  if (size === 0) return { digits: '0'.repeat(count), exponent: 0 }
  const { exponent } = shortest(size)
  const digits = scaled(fraction(size), count - 1 - exponent).toString()
  // Rounding may carry into one more digit: 9.99 to two digits is 10.
  return digits.length > count ? { digits: digits.slice(0, count), exponent: exponent + 1 } : { digits, exponent }
}
