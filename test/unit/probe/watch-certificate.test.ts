import { expect, test } from 'vitest'
import { watchCertificate } from '../../../lib/probe/watch-certificate.ts'

const NOW = new Date('2026-11-21T10:00:00Z')
const DAY = 86_400_000

test.for([
  { name: 'a year', leftMs: 365 * DAY, days: 365, notices: [] },
  { name: 'exactly two weeks', leftMs: 14 * DAY, days: 14, notices: [] },
  {
    name: 'less',
    leftMs: 14 * DAY - 1000,
    days: 13.99998,
    notices: ['The TLS certificate expires in 13 days: it ends at 2026-12-05T09:59:59.000Z.'],
  },
  {
    name: 'a day',
    leftMs: DAY,
    days: 1,
    notices: ['The TLS certificate expires in 1 day: it ends at 2026-11-22T10:00:00.000Z.'],
  },
  {
    name: 'its end',
    leftMs: 0,
    days: 0,
    notices: ['The TLS certificate has expired: it ends at 2026-11-21T10:00:00.000Z.'],
  },
])('$name', ({ leftMs, days, notices }) => {
  const notAfter = new Date(NOW.getTime() + leftMs).toISOString()
  const watched = watchCertificate(notAfter, { deployment: 'search' }, NOW)
  expect(watched.notices).toEqual(notices)
  expect(watched.samples[0]?.value).toBeCloseTo(days, 4)
  expect(watched.samples[0]?.labels).toEqual({ deployment: 'search', __name__: 'mcp_deployment_certificate_days_left' })
})
