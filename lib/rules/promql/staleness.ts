/**
 * Prometheus' staleness marker is the NaN with the bits 0x7ff0000000000002; an ordinary NaN is a value like any other
 * (Prometheus, model/value).
 */
const LOW_WORD = 0x00000002
const HIGH_WORD = 0x7ff00000

/** Whether the value at this index says that the series ended. */
export function isStaleAt(values: Float64Array, index: number): boolean {
  const value = values[index]
  // The bits are looked at only for the few values that are NaN.
  if (value === undefined || !Number.isNaN(value)) return false
  const words = new Uint32Array(values.buffer, values.byteOffset + index * 8, 2)
  return words[0] === LOW_WORD && words[1] === HIGH_WORD
}

/** Writes a staleness marker: the series ended. */
export function markStale(values: Float64Array, index: number): void {
  const words = new Uint32Array(values.buffer, values.byteOffset + index * 8, 2)
  words[0] = LOW_WORD
  words[1] = HIGH_WORD
}
