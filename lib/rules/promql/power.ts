/** `left ^ right`. */
export function power(left: number, right: number): number {
  // IEEE 754 and Go say 1 ^ x = 1 and (-1) ^ ±Inf = 1 where JavaScript says NaN.
  if (left === 1) return 1
  if (left === -1 && !Number.isFinite(right) && !Number.isNaN(right)) return 1
  return left ** right
}
