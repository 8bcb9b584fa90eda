import { distance } from 'fastest-levenshtein'

/** The candidate a person most likely meant, or undefined when none is near (at most a third of the letters differ). */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: { candidate: string; edits: number } | undefined
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase())
    if (!best || edits < best.edits) best = { candidate, edits }
  }
  return best && best.edits <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined
}

/** `; did you mean "rules"?`, or what could stand there instead, to end an error message with. */
export function didYouMean(word: string, candidates: string[]): string {
  const near = nearest(word, candidates)
  if (near) return `; did you mean "${near}"?`
  return candidates.length > 0 && candidates.length <= 20 ? `; expected one of: ${candidates.join(', ')}` : ''
}
