import type { Scalar } from 'yaml'

/**
 * Offset in the YAML source of the character `index` of a scalar's value. White space is what YAML changes (folding,
 * indentation, block headers), so the characters that are not white space are counted off in both texts.
 */
export function offsetInScalar(source: string, scalar: Scalar, index: number): number {
  const start = scalar.range?.[0] ?? 0
  const end = scalar.range?.[1] ?? start
  const value = String(scalar.value)
  const wanted = [...value.slice(0, index)].filter(isInk).length
  let seen = 0
  let last = start
  for (const { offset, length } of inkOf(source, scalar.type ?? 'PLAIN', start, end)) {
    if (seen === wanted) return offset
    seen += 1
    last = offset + length
  }
  return last
}

const isInk = (character: string) => !/\s/.test(character)

interface Ink {
  offset: number
  length: number
}

/** The source's pieces that each stand for one character that is not white space. */
function inkOf(source: string, type: string, start: number, end: number): Ink[] {
  const text = source.slice(start, end)
  const base =
    type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED' ? headerLength(text) : type.startsWith('QUOTE') ? 1 : 0
  const body = type.startsWith('QUOTE') ? text.slice(base, -1) : text.slice(base)
  return [...body.matchAll(PIECES[type] ?? PLAIN)]
    .filter(([piece]) => !isEscapedSpace(piece))
    .map((match) => ({ offset: start + base + match.index, length: match[0].length }))
}

const PLAIN = /\S/gu
const PIECES: Record<string, RegExp> = {
  QUOTE_SINGLE: /''|\S/gu,
  QUOTE_DOUBLE: /\\x[\da-f]{2}|\\u[\da-f]{4}|\\U[\da-f]{8}|\\[\s\S]|\S/giu,
}

/** The first line of a block scalar, `|-` or `>2 # comment`, holds none of its value. */
function headerLength(text: string): number {
  return text.indexOf('\n') + 1
}

/** Escapes of double-quoted scalars that stand for white space, or for nothing (a folded line break). */
function isEscapedSpace(piece: string): boolean {
  return piece.length > 1 && /^\\[\snrtvf_NLP]/.test(piece)
}
