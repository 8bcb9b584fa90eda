import type { Labels, Sample } from '../../model/sample.ts'
import type { Credential } from './credential.ts'

const DAY_MS = 86_400_000
/** Long enough to get a new token through a change process. */
const WARN_MS = 7 * DAY_MS

/**
 * What is to be known of credentials that nobody renews by itself: a series with the days left of each, and a sentence
 * for each that ends within a week. Tokens fetched with client credentials are renewed and so only show when that fails.
 */
export function watchExpiry(credential: Credential, own: Labels, now: Date): { samples: Sample[]; notices: string[] } {
  const ages = credential.expiries.map(({ credential: name, expiresAt }) => ({
    name,
    expiresAt,
    leftMs: expiresAt.getTime() - now.getTime(),
  }))
  return {
    samples: ages.map(({ name, leftMs }) => ({
      labels: { ...own, __name__: 'mcp_deployment_credential_days_left', credential: name },
      value: leftMs / DAY_MS,
    })),
    notices: [
      ...credential.notices,
      ...ages
        .filter(({ leftMs }) => leftMs < WARN_MS)
        .map(({ name, expiresAt, leftMs }) =>
          leftMs > 0
            ? `The credential "${name}" expires in ${sayTime(leftMs)}, at ${expiresAt.toISOString()}.`
            : `The credential "${name}" expired at ${expiresAt.toISOString()}.`,
        ),
    ],
  }
}

function sayTime(durationMs: number): string {
  const days = Math.floor(durationMs / DAY_MS)
  if (days >= 1) return days === 1 ? '1 day' : `${days} days`
  const hours = Math.floor(durationMs / 3_600_000)
  return hours === 0 ? 'less than an hour' : hours === 1 ? '1 hour' : `${hours} hours`
}
