import type { AlertChange } from '../model/alert.ts'

/**
 * Drops the changes that would end an alert of a server nobody has looked at: when polls are missed, its series run out,
 * which is no evidence of recovery. The alert stays as it is until the server is observed again or leaves the registry.
 * `observed` holds the servers with a sample inside the look-back, `registered` all servers that are to be watched.
 */
export function holdSilent(
  changes: AlertChange[],
  { observed, registered }: { observed: ReadonlySet<string>; registered: ReadonlySet<string> },
): AlertChange[] {
  return changes.filter(({ alert, previous, event, remove }) => {
    const ends = event === 'resolved' || (remove && previous?.state !== 'resolved')
    const server = alert.labels.deployment
    return !(ends && server !== undefined && registered.has(server) && !observed.has(server))
  })
}
