import type { ProbeMemory } from '../model/probe-memory.ts'
import type { Server } from '../model/server.ts'
import { type Authenticate, withCredential } from './auth/authenticate.ts'
import { CHALLENGE_MISSING, judgeFailure, judgeRefusal } from './auth/judge-auth.ts'
import { type ProbeOptions, type ProbeResult, probe, unprobed } from './probe.ts'
import { targetOf } from './target-of.ts'

/**
 * Probes a server of the registry with its credential, and once more with a freshly read one when it is refused. A
 * credential that cannot be had is no fault of the server: then nothing is sent at all.
 */
export async function probeServer<T = undefined>(
  server: Pick<Server, 'endpoint' | 'probe'>,
  memory: ProbeMemory | undefined,
  authenticate: Authenticate,
  now: Date,
  options: ProbeOptions<T> = {},
): Promise<ProbeResult<T>> {
  const { endpoint } = server
  const { auth } = server.probe
  const done = await withCredential(
    authenticate,
    { endpoint, auth },
    (credential) => probe(targetOf(server, memory, credential.headersFor(endpoint), now), options),
    ({ refusal }) => refusal?.status === 401,
  )
  if (!done.ok) return { ...unprobed(now), auth: judgeFailure(done) }
  const { result, credential } = done
  if (!result.fault) return auth.type === 'expect_challenge' ? { ...result, auth: CHALLENGE_MISSING } : result
  // 403 is also how servers refuse a Host header: then the credential is not to blame.
  if (!result.refusal || result.layer !== 'auth') return result
  const { status, wwwAuthenticate } = result.refusal
  const refused = { status: status === 403 ? (403 as const) : (401 as const), wwwAuthenticate }
  return { ...result, auth: judgeRefusal(refused, endpoint, auth, credential, now) }
}
