import { gzipSync } from 'node:zlib'
import { type Asked, answer, type Behaviour, failure, json, type Step, TOOLS } from './hostile-step.ts'

const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Step =>
  ({ response }) =>
    response.writeHead(code, headers).end(body)

const text =
  (body: string, type = 'application/json'): Step =>
  ({ response }) =>
    response.writeHead(200, { 'content-type': type }).end(body)

const hang: Step = () => {}
const everything = (step: Step): Behaviour => ({ POST: step })
const list = (step: Step): Behaviour => ({ 'tools/list': step })

/** Starts an event stream; the returned function writes to it. */
function stream({ response }: Asked, headers: Record<string, string> = {}) {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
  return (chunk: string | Buffer) => response.write(chunk)
}

const listed = (asked: Asked) => JSON.stringify(answer(asked, { tools: TOOLS }))
const event = (data: string, lineEnd = '\n') => `event: message${lineEnd}data: ${data}${lineEnd}${lineEnd}`

/** Writes the pieces one after the other, some milliseconds apart, so that they arrive as chunks of their own. */
function trickle(asked: Asked, pieces: (string | Buffer)[], everyMs: number, end = false) {
  const write = stream(asked)
  const next = () => {
    const piece = pieces.shift()
    if (piece === undefined) return end ? void asked.response.end() : undefined
    write(piece)
    setTimeout(next, everyMs)
  }
  next()
}

function forEver(asked: Asked, chunk: Buffer) {
  const { response } = asked
  const pump = () => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', pump)
  }
  pump()
}

const modernList = (asked: Asked) =>
  answer(asked, { resultType: 'complete', tools: TOOLS, ttlMs: 0, cacheScope: 'private' })
const discovered = (asked: Asked, supportedVersions: unknown) =>
  answer(asked, {
    resultType: 'complete',
    supportedVersions,
    capabilities: { tools: {} },
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'modern', version: '2.0.0' } },
  })

const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, 32))

const manyTools = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `tool-${index}`, inputSchema: { type: 'object' } }))

/** Every way to misbehave, by the path it is found under. */
export const BEHAVIOURS: Record<string, Behaviour> = {
  // Servers that are well, though unusual.
  'good-legacy': {},
  'good-modern': {
    'server/discover': (asked) => json(asked, discovered(asked, ['2026-07-28'])),
    'tools/list': (asked) => json(asked, modernList(asked)),
  },
  'modern-after-32022': {
    'server/discover': (asked) =>
      (asked.state.counts.get('POST server/discover') ?? 0) < 2
        ? json(asked, failure(asked, -32022, 'Unsupported', { supported: ['2026-07-28'] }), 400)
        : json(asked, discovered(asked, ['2026-07-28'])),
    'tools/list': (asked) => json(asked, modernList(asked)),
  },
  'legacy-by-32022': {
    'server/discover': (asked) =>
      json(asked, failure(asked, -32022, 'Unsupported', { supported: ['2025-06-18'] }), 400),
  },
  'legacy-by-404-32601': { 'server/discover': (asked) => json(asked, failure(asked, -32601, 'Method not found'), 404) },
  'legacy-by-200-32601': { 'server/discover': (asked) => json(asked, failure(asked, -32601, 'Method not found')) },
  'legacy-by-plain-400': { 'server/discover': status(400, {}, 'No sessionId') },
  'legacy-by-405': { 'server/discover': status(405) },
  'sse-crlf': list((asked) => trickle(asked, [event(listed(asked), '\r\n')], 1, true)),
  'sse-cr': list((asked) => trickle(asked, [event(listed(asked), '\r')], 1)),
  'sse-split-crlf': list((asked) => {
    const whole = event(listed(asked), '\r\n')
    trickle(asked, [whole.slice(0, -3), whole.slice(-3, -2), whole.slice(-2, -1), whole.slice(-1)], 5)
  }),
  'sse-split-utf8': list((asked) => {
    const bytes = Buffer.from(event(JSON.stringify(answer(asked, { tools: [{ name: 'größe-✓' }] }))))
    trickle(
      asked,
      Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) => bytes.subarray(index * 7, index * 7 + 7)),
      1,
    )
  }),
  'sse-primed': list((asked) => trickle(asked, ['id: 1\ndata:\n\n', ': hello\n\n', event(listed(asked))], 2)),
  'sse-bom-and-multiline': list((asked) =>
    trickle(asked, ['\uFEFFdata: {"jsonrpc":"2.0",\n', `data: "id":${asked.message.id},"result":{"tools":[]}}\n\n`], 2),
  ),
  'sse-others-first': list((asked) =>
    trickle(
      asked,
      [
        event('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'),
        event('{"jsonrpc":"2.0","id":1,"method":"roots/list"}'),
        event(listed(asked)),
      ],
      2,
    ),
  ),
  'sse-stays-open': list((asked) => trickle(asked, [event(listed(asked))], 1)),
  'json-gzip': list(({ response, ...asked }) =>
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(gzipSync(JSON.stringify(answer({ response, ...asked }, { tools: TOOLS })))),
  ),
  'json-batch': list((asked) =>
    json(asked, [{ jsonrpc: '2.0', method: 'notifications/x' }, answer(asked, { tools: TOOLS })]),
  ),
  pages: list((asked) => {
    const page = Number(asked.message.params?.cursor ?? 0)
    const tools = [{ name: `page-${page}` }]
    json(asked, answer(asked, page < 3 ? { tools, nextCursor: String(page + 1) } : { tools }))
  }),
  'cookie-needed': {
    initialize(asked) {
      asked.response.setHeader('set-cookie', ['AWSALB=task-1; Path=/', 'AWSALBCORS=task-1; Path=/; Secure'])
      json(asked, answer(asked, { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: {} }), 200, {
        'mcp-session-id': 's',
      })
    },
    'tools/list': (asked) =>
      asked.request.headers.cookie === 'AWSALB=task-1; AWSALBCORS=task-1'
        ? json(asked, answer(asked, { tools: TOOLS }))
        : json(asked, failure(asked, -32001, 'Session not found'), 404),
  },
  'no-session-id': {
    initialize: (asked) =>
      json(asked, answer(asked, { protocolVersion: '2025-03-26', capabilities: { tools: {} }, serverInfo: {} })),
  },
  'no-tools-capability': {
    initialize: (asked) =>
      json(asked, answer(asked, { protocolVersion: '2025-11-25', capabilities: { resources: {} }, serverInfo: {} })),
    'tools/list': (asked) => json(asked, failure(asked, -32601, 'Method not found')),
    'resources/list': (asked) => json(asked, answer(asked, { resources: [] })),
  },
  'reset-once': {
    'server/discover': (asked) =>
      (asked.state.counts.get('POST server/discover') ?? 0) < 2
        ? asked.socket.resetAndDestroy()
        : json(asked, failure(asked, -32601, 'Method not found'), 404),
  },
  'good-http-sse': {
    'server/discover': status(404),
    initialize(asked) {
      if (!asked.state.stream) return void asked.response.writeHead(404).end()
      asked.response.writeHead(202).end()
      asked.state.stream.write(
        event(
          JSON.stringify(answer(asked, { protocolVersion: '2024-11-05', capabilities: { tools: {} }, serverInfo: {} })),
        ),
      )
    },
    'tools/list'(asked) {
      asked.response.writeHead(202).end()
      asked.state.stream?.write(event(listed(asked)))
    },
    GET(asked) {
      stream(asked)('event: endpoint\ndata: /good-http-sse?sessionId=1\n\n')
      asked.state.stream = asked.response
    },
  },

  // Session trouble.
  'changing-session-id': {
    'notifications/initialized'({ response, state }) {
      state.sessions.add('second')
      response.writeHead(202, { 'mcp-session-id': 'second' }).end()
    },
  },
  'delete-refused': { DELETE: status(405) },
  'delete-hangs': { DELETE: hang },
  'session-lost': list((asked) => json(asked, failure(asked, -32001, 'Session not found'), 404)),
  'session-lost-400': list((asked) =>
    json(asked, failure(asked, -32000, 'Bad Request: No valid session ID provided'), 400),
  ),
  'hang-in-session': list(hang),

  // Silence.
  hang: everything(hang),
  'hang-initialize': { initialize: hang },
  'hang-in-body': list(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"jsonrpc"')
  }),
  trickle: list((asked) => {
    asked.response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => asked.response.write(' '), 20)
    asked.response.on('close', () => clearInterval(timer))
  }),
  'sse-silent': list((asked) => void stream(asked)(': open\n\n')),
  'sse-comments': list((asked) => {
    const write = stream(asked)
    const timer = setInterval(() => write(': ping\n\n'), 20)
    asked.response.on('close', () => clearInterval(timer))
  }),
  'sse-ends': list((asked) => trickle(asked, [': bye\n\n'], 1, true)),
  'sse-unfinished': list((asked) => trickle(asked, [`data: ${listed(asked)}\n`], 1, true)),
  'http-sse-mute': {
    'server/discover': status(404),
    initialize: status(404),
    GET: (asked) => void stream(asked)(': no endpoint\n\n'),
  },
  'http-sse-forbidden': {
    'server/discover': status(404),
    initialize: status(404),
    GET: status(401, { 'www-authenticate': 'Bearer' }),
  },
  'session-id-forgotten': {
    initialize: (asked) =>
      json(asked, answer(asked, { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: {} })),
    'tools/list': (asked) => json(asked, failure(asked, -32000, 'Bad Request: No valid session ID provided'), 400),
  },
  'http-sse-elsewhere': {
    'server/discover': status(404),
    initialize: status(404),
    GET: (asked) => void stream(asked)('event: endpoint\ndata: http://127.0.0.1:1/steal\n\n'),
  },

  // Answers that are none.
  'wrong-id': list((asked) => json(asked, { jsonrpc: '2.0', id: 999, result: { tools: TOOLS } })),
  'string-id': list((asked) => json(asked, { jsonrpc: '2.0', id: String(asked.message.id), result: { tools: TOOLS } })),
  'sse-wrong-id': list((asked) => trickle(asked, [event('{"jsonrpc":"2.0","id":999,"result":{"tools":[]}}')], 1, true)),
  'bad-json': list(text('{"jsonrpc": "2.0", "id"')),
  html: everything(text('<!doctype html><title>Welcome to nginx!</title>', 'text/html')),
  'empty-body': list(text('')),
  'no-result': list((asked) => json(asked, { jsonrpc: '2.0', id: asked.message.id })),
  'not-an-object': list(text('42')),
  'tools-not-a-list': list((asked) => json(asked, answer(asked, { tools: 'all of them' }))),
  'tools-without-name': list((asked) => json(asked, answer(asked, { tools: [{}] }))),
  'backend-dead': list((asked) => json(asked, failure(asked, -32603, 'Not connected'))),
  'endless-body': list((asked) => {
    asked.response.writeHead(200, { 'content-type': 'application/json' })
    forEver(asked, Buffer.alloc(65_536, 32))
  }),
  'endless-stream': list((asked) => {
    stream(asked)(': start\n\n')
    forEver(asked, Buffer.from(': noise\n\n'.repeat(4096)))
  }),
  'gzip-bomb': list(({ response }) =>
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(BOMB),
  ),
  'broken-gzip': list(({ response }) =>
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end('not gzip'),
  ),
  'odd-encoding': list(({ response }) =>
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'zstd-x' }).end('???'),
  ),
  '60000-tools': list((asked) => json(asked, answer(asked, { tools: manyTools(60_000) }))),
  '12000-small-tools': list((asked) => json(asked, answer(asked, { tools: manyTools(12_000) }))),
  'repeated-cursor': list((asked) => json(asked, answer(asked, { tools: [], nextCursor: 'again' }))),
  'endless-pages': list((asked) => json(asked, answer(asked, { tools: [], nextCursor: String(Math.random()) }))),
  'deep-json': list(text(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)),

  // HTTP errors.
  ...Object.fromEntries(
    [400, 401, 403, 404, 405, 406, 409, 413, 415, 418, 429, 500, 501, 502, 503, 504].map((code) => [
      `status-${code}`,
      everything(status(code)),
    ]),
  ),
  ...Object.fromEntries(
    [301, 302, 307, 308].map((code) => [
      `status-${code}`,
      everything(status(code, { location: 'http://127.0.0.1:1/x' })),
    ]),
  ),
  'throttled-with-date': everything(status(429, { 'retry-after': '120' })),
  'unavailable-with-retry': everything(status(503, { 'retry-after': '30' })),
  'bearer-challenge': everything(status(401, { 'www-authenticate': 'Bearer resource_metadata="http://x/y"' })),
  'scope-challenge': everything(
    status(403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="tools:read"' }),
  ),
  'host-rejected': everything((asked) => json(asked, failure(asked, -32000, 'Invalid Host: 127.0.0.1'), 403)),
  'discover-header-mismatch': {
    'server/discover': (asked) => json(asked, failure(asked, -32020, 'Header mismatch'), 400),
  },

  // Broken connections.
  reset: everything(({ socket }) => socket.resetAndDestroy()),
  'reset-in-body': list(({ response, socket }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"jsonrpc"')
    setTimeout(() => socket.resetAndDestroy(), 10)
  }),
  'closed-in-chunk': list(({ response, socket }) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"jsonrpc"')
    setTimeout(() => socket.end(), 10)
  }),
  'not-http': everything(({ socket }) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n')),
  'huge-headers': everything(status(200, { 'x-big': 'x'.repeat(100_000) })),

  // Versions.
  'version-unknown': {
    initialize: (asked) =>
      json(asked, answer(asked, { protocolVersion: '1999-01-01', capabilities: {}, serverInfo: {} })),
  },
  'version-missing': { initialize: (asked) => json(asked, answer(asked, { capabilities: {}, serverInfo: {} })) },
  'versions-of-the-future': { 'server/discover': (asked) => json(asked, discovered(asked, ['2031-01-01'])) },
  '32022-without-overlap': {
    'server/discover': (asked) =>
      json(asked, failure(asked, -32022, 'Unsupported', { supported: ['2031-01-01'] }), 400),
  },
  'initialize-fails': { initialize: (asked) => json(asked, failure(asked, -32603, 'Internal error')) },
}
