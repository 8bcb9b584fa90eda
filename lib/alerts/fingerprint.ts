import type { Labels } from '../model/sample.ts'

const OFFSET_BASIS = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n
const SEPARATOR = 0xff

/**
 * Hash of a label set as 16 hexadecimal digits, equal to what Alertmanager calls the alert's fingerprint: FNV-1a over
 * the sorted names and values, each followed by the byte 255 (github.com/prometheus/common, model.LabelSet).
 */
export function fingerprintOf(labels: Labels): string {
  let hash = OFFSET_BASIS
  const add = (byte: number) => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME)
  }
  const parts = Object.keys(labels)
    .sort()
    .flatMap((name) => [name, labels[name] ?? ''])
  for (const part of parts) {
    for (const byte of Buffer.from(part)) add(byte)
    add(SEPARATOR)
  }
  return hash.toString(16).padStart(16, '0')
}
