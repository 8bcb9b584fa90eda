/** Every sample is kept for ranges up to this, and five minutes more for the look-back. */
export const RAW_RANGE_MS = 3_600_000
/** Longest range a rule may look back. Beyond RAW_RANGE_MS it sees the series as if scraped every five minutes. */
export const LONGEST_RANGE_MS = 3 * 86_400_000
