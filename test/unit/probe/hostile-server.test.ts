import { afterAll, beforeAll, expect, test } from 'vitest'
import { AT_ONCE, judge } from '../../../lib/probe/judge.ts'
import { probe } from '../../../lib/probe/probe.ts'
import { BEHAVIOURS } from '../../support/hostile-behaviours.ts'
import { type HostileServer, startHostileServer } from '../../support/hostile-server.ts'

let server: HostileServer
beforeAll(async () => {
  server = await startHostileServer()
})
afterAll(() => server.close())

async function verdictOn(path: string, timeoutMs: number) {
  const target = { endpoint: `${server.origin}/${path}`, era: 'auto' as const, timeoutMs, headers: {} }
  const result = await probe({ ...target, allowAddresses: ['127.0.0.0/8'] })
  return judge(result, undefined, undefined, new Date(), AT_ONCE).verdict
}

type Expected = [behaviour: string, health: string, layer: string | undefined, reason: string, session: string]

const TABLE: Expected[] = [
  ['good-legacy', 'healthy', undefined, 'ok', 'deleted'],
  ['good-modern', 'healthy', undefined, 'ok', 'none'],
  ['modern-after-32022', 'healthy', undefined, 'ok', 'none'],
  ['legacy-by-32022', 'healthy', undefined, 'ok', 'deleted'],
  ['legacy-by-404-32601', 'healthy', undefined, 'ok', 'deleted'],
  ['legacy-by-200-32601', 'healthy', undefined, 'ok', 'deleted'],
  ['legacy-by-plain-400', 'healthy', undefined, 'ok', 'deleted'],
  ['legacy-by-405', 'healthy', undefined, 'ok', 'deleted'],
  ['sse-crlf', 'healthy', undefined, 'ok', 'deleted'],
  ['sse-cr', 'healthy', undefined, 'ok', 'deleted'],
  ['sse-split-crlf', 'healthy', undefined, 'ok', 'deleted'],
  ['sse-split-utf8', 'healthy', undefined, 'ok', 'deleted'],
  ['sse-primed', 'healthy', undefined, 'ok', 'deleted'],
  ['sse-bom-and-multiline', 'healthy', undefined, 'ok', 'deleted'],
  ['sse-others-first', 'healthy', undefined, 'ok', 'deleted'],
  ['sse-stays-open', 'healthy', undefined, 'ok', 'deleted'],
  ['json-gzip', 'healthy', undefined, 'ok', 'deleted'],
  ['json-batch', 'healthy', undefined, 'ok', 'deleted'],
  ['pages', 'healthy', undefined, 'ok', 'deleted'],
  ['cookie-needed', 'healthy', undefined, 'ok', 'deleted'],
  ['no-session-id', 'healthy', undefined, 'ok', 'none'],
  ['no-tools-capability', 'healthy', undefined, 'ok', 'none'],
  ['reset-once', 'healthy', undefined, 'ok', 'deleted'],
  ['good-http-sse', 'healthy', undefined, 'ok', 'none'],

  ['changing-session-id', 'healthy', undefined, 'ok', 'deleted'],
  ['delete-refused', 'healthy', undefined, 'ok', 'leaked'],
  ['delete-hangs', 'healthy', undefined, 'ok', 'leaked'],
  ['session-lost', 'warning', 'protocol', 'session_lost', 'deleted'],
  ['session-lost-400', 'warning', 'protocol', 'session_lost', 'deleted'],
  ['hang-in-session', 'critical', 'http', 'timeout', 'deleted'],

  ['hang', 'critical', 'http', 'timeout', 'none'],
  ['hang-initialize', 'critical', 'http', 'timeout', 'none'],
  ['hang-in-body', 'critical', 'protocol', 'timeout', 'deleted'],
  ['trickle', 'critical', 'protocol', 'timeout', 'deleted'],
  ['sse-silent', 'critical', 'protocol', 'timeout', 'deleted'],
  ['sse-comments', 'critical', 'protocol', 'timeout', 'deleted'],
  ['sse-ends', 'critical', 'protocol', 'no_answer', 'deleted'],
  ['sse-unfinished', 'critical', 'protocol', 'no_answer', 'deleted'],
  ['http-sse-mute', 'critical', 'protocol', 'timeout', 'none'],
  ['http-sse-forbidden', 'warning', 'auth', 'auth', 'none'],
  ['session-id-forgotten', 'warning', 'protocol', 'session_lost', 'none'],
  ['http-sse-elsewhere', 'critical', 'http', 'redirect', 'none'],

  ['wrong-id', 'critical', 'protocol', 'wrong_id', 'deleted'],
  ['string-id', 'critical', 'protocol', 'wrong_id', 'deleted'],
  ['sse-wrong-id', 'critical', 'protocol', 'wrong_id', 'deleted'],
  ['bad-json', 'critical', 'protocol', 'not_json', 'deleted'],
  ['html', 'critical', 'protocol', 'not_json', 'none'],
  ['empty-body', 'critical', 'protocol', 'empty_answer', 'deleted'],
  ['no-result', 'critical', 'protocol', 'no_result', 'deleted'],
  ['not-an-object', 'critical', 'protocol', 'no_result', 'deleted'],
  ['tools-not-a-list', 'critical', 'tools', 'bad_tools', 'deleted'],
  ['tools-without-name', 'critical', 'tools', 'bad_tools', 'deleted'],
  ['backend-dead', 'critical', 'tools', 'degraded', 'deleted'],
  ['endless-body', 'critical', 'protocol', 'too_large', 'deleted'],
  ['endless-stream', 'critical', 'protocol', 'too_large', 'deleted'],
  ['gzip-bomb', 'critical', 'protocol', 'too_large', 'deleted'],
  ['broken-gzip', 'critical', 'protocol', 'bad_encoding', 'deleted'],
  ['odd-encoding', 'critical', 'protocol', 'bad_encoding', 'deleted'],
  ['60000-tools', 'critical', 'protocol', 'too_large', 'deleted'],
  ['12000-small-tools', 'critical', 'protocol', 'too_large', 'deleted'],
  ['repeated-cursor', 'critical', 'protocol', 'endless_pages', 'deleted'],
  ['endless-pages', 'critical', 'protocol', 'endless_pages', 'deleted'],
  ['deep-json', 'critical', 'protocol', 'no_result', 'deleted'],

  ['status-301', 'critical', 'http', 'redirect', 'none'],
  ['status-302', 'critical', 'http', 'redirect', 'none'],
  ['status-307', 'critical', 'http', 'redirect', 'none'],
  ['status-308', 'critical', 'http', 'redirect', 'none'],
  ['status-400', 'critical', 'http', 'http_status', 'none'],
  ['status-401', 'warning', 'auth', 'auth', 'none'],
  ['status-403', 'warning', 'auth', 'forbidden', 'none'],
  ['status-404', 'critical', 'http', 'wrong_path', 'none'],
  ['status-405', 'critical', 'http', 'method_not_allowed', 'none'],
  ['status-406', 'unknown', undefined, 'prober_error', 'none'],
  ['status-409', 'critical', 'http', 'http_status', 'none'],
  ['status-413', 'unknown', undefined, 'prober_error', 'none'],
  ['status-415', 'unknown', undefined, 'prober_error', 'none'],
  ['status-418', 'critical', 'http', 'http_status', 'none'],
  ['status-429', 'warning', 'http', 'throttled', 'none'],
  ['status-500', 'critical', 'http', 'server_error', 'none'],
  ['status-501', 'critical', 'http', 'server_error', 'none'],
  ['status-502', 'critical', 'http', 'bad_gateway', 'none'],
  ['status-503', 'critical', 'http', 'unavailable', 'none'],
  ['status-504', 'critical', 'http', 'gateway_timeout', 'none'],
  ['throttled-with-date', 'warning', 'http', 'throttled', 'none'],
  ['unavailable-with-retry', 'critical', 'http', 'unavailable', 'none'],
  ['bearer-challenge', 'warning', 'auth', 'auth', 'none'],
  ['scope-challenge', 'warning', 'auth', 'auth_scope', 'none'],
  ['host-rejected', 'warning', 'http', 'host_rejected', 'none'],
  ['discover-header-mismatch', 'unknown', undefined, 'prober_error', 'none'],

  ['reset', 'critical', 'network', 'reset', 'none'],
  ['reset-in-body', 'critical', 'http', 'cut_off', 'deleted'],
  ['closed-in-chunk', 'critical', 'http', 'cut_off', 'deleted'],
  ['not-http', 'critical', 'http', 'not_http', 'none'],
  ['huge-headers', 'critical', 'http', 'not_http', 'none'],

  ['version-unknown', 'critical', 'protocol', 'version', 'none'],
  ['version-missing', 'critical', 'protocol', 'version', 'none'],
  ['versions-of-the-future', 'critical', 'protocol', 'version', 'none'],
  ['32022-without-overlap', 'critical', 'protocol', 'version', 'none'],
  ['initialize-fails', 'critical', 'protocol', 'degraded', 'none'],
]

test.concurrent.for(TABLE)(
  '%s is %s (%s, %s, session %s)',
  async ([path, health, layer, reason, session], { expect }) => {
    // Only silence needs the deadline to come; a busy machine must not bring it to the others.
    const verdict = await verdictOn(path, reason === 'timeout' ? 600 : 4000)
    expect({ health: verdict.health, layer: verdict.layer, reason: verdict.reason, session: verdict.session }).toEqual({
      health,
      layer,
      reason,
      session,
    })
    expect(verdict.message).toMatch(/^[A-Z0-9].*[.?]$/)
    if (session === 'deleted') expect([...server.stateOf(path).sessions]).toEqual([])
  },
)

test('every behaviour has its verdict in the table', () => {
  expect(TABLE.map(([path]) => path).sort()).toEqual(Object.keys(BEHAVIOURS).sort())
})
