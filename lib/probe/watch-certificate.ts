import type { Labels, Sample } from '../model/sample.ts'

const DAY_MS = 86_400_000
/** Automatic renewal happens weeks earlier; when so little is left it has failed. */
const WARN_MS = 14 * DAY_MS

/** Days left of the server's TLS certificate as a series, and a sentence when they are few. */
export function watchCertificate(notAfter: string, own: Labels, now: Date): { samples: Sample[]; notices: string[] } {
  const leftMs = Date.parse(notAfter) - now.getTime()
  const sample = { labels: { ...own, __name__: 'mcp_deployment_certificate_days_left' }, value: leftMs / DAY_MS }
  if (leftMs >= WARN_MS) return { samples: [sample], notices: [] }
  const days = Math.floor(leftMs / DAY_MS)
  const left = leftMs <= 0 ? 'has expired' : `expires in ${days === 1 ? '1 day' : `${days} days`}`
  return { samples: [sample], notices: [`The TLS certificate ${left}: it ends at ${notAfter}.`] }
}
