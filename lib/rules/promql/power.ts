/**
 * `left ^ right` as Go's math.Pow computes it, so that whole exponents give Prometheus' very bits: the mantissa is
 * squared step by step and the exponent of two kept apart. JavaScript's own power rounds differently.
 */
export function power(left: number, right: number): number {
  const special = specialPower(left, right)
  if (special !== undefined) return special
  const size = Math.abs(right)
  let whole = Math.trunc(size)
  let fraction = size - whole
  if (fraction !== 0 && left < 0) return Number.NaN
  if (whole >= 2 ** 63) return hugePower(left, right)

  let result = 1
  let resultExponent = 0
  if (fraction !== 0) {
    if (fraction > 0.5) {
      fraction--
      whole++
    }
    result = Math.exp(fraction * Math.log(left))
  }
  let { mantissa, exponent } = split(left)
  for (let rest = whole; rest !== 0; rest = Math.floor(rest / 2)) {
    // Beyond any double: the sign of the exponent decides between infinity and zero.
    if (exponent < -4096 || exponent > 4096) {
      resultExponent += exponent
      break
    }
    if (rest % 2 === 1) {
      result *= mantissa
      resultExponent += exponent
    }
    mantissa *= mantissa
    exponent *= 2
    if (mantissa < 0.5) {
      mantissa += mantissa
      exponent--
    }
  }
  return right < 0 ? join(1 / result, -resultExponent) : join(result, resultExponent)
}

function specialPower(left: number, right: number): number | undefined {
  if (right === 0 || left === 1) return 1
  // IEEE 754 says 1 here, JavaScript NaN.
  if (left === -1 && Math.abs(right) === Number.POSITIVE_INFINITY) return 1
  if (right === 0.5 && left !== Number.NEGATIVE_INFINITY && left !== 0) return Math.sqrt(left)
  if (right === -0.5 && left !== Number.NEGATIVE_INFINITY && left !== 0) return 1 / Math.sqrt(left)
  // Of zeros, infinities and NaN JavaScript thinks as Go does.
  return left === 0 || !Number.isFinite(left) || !Number.isFinite(right) ? left ** right : undefined
}

function hugePower(left: number, right: number): number {
  if (left === -1) return 1
  return Math.abs(left) < 1 === right > 0 ? 0 : Number.POSITIVE_INFINITY
}

/** A double as a mantissa of [0.5, 1) and a power of two. */
function split(value: number): { mantissa: number; exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  // Subnormal numbers are lifted into the normal range first.
  const lift = Math.abs(value) < 2 ** -1022 ? 52 : 0
  view.setFloat64(0, value * 2 ** lift)
  const high = view.getUint32(0)
  const exponent = ((high >>> 20) & 0x7ff) - 1022
  view.setUint32(0, (high & 0x800fffff) | (1022 << 20))
  return { mantissa: view.getFloat64(0), exponent: exponent - lift }
}

/** mantissa × 2^exponent, rounded once even when the result is subnormal. */
function join(mantissa: number, exponent: number): number {
  if (mantissa === 0 || !Number.isFinite(mantissa)) return mantissa
  const parts = split(mantissa)
  const total = parts.exponent + exponent
  if (total > 1024) return mantissa < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (total < -1080) return mantissa < 0 ? -0 : 0
  // Two factors, since 2^1024 itself is no double; the first is exact.
  const half = Math.trunc(total / 2)
  return total < -1021
    ? parts.mantissa * 2 ** (total + 60) * 2 ** -60
    : parts.mantissa * 2 ** half * 2 ** (total - half)
}
