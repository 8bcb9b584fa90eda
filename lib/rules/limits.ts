/** Longest range a rule may look back: raw samples are kept for this long and five minutes more. */
export const LONGEST_RANGE_MS = 3_600_000
