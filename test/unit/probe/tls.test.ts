import { readFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { AT_ONCE, judge } from '../../../lib/probe/judge.ts'
import { type ProbeOptions, probe } from '../../../lib/probe/probe.ts'

const pem = (name: string) => readFileSync(new URL(`../../support/certificates/${name}.pem`, import.meta.url), 'utf8')
const TRUSTED: ProbeOptions = { ca: pem('ca') }
const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function listen(server: Server): Promise<number> {
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function startTls(certificate: string, seen: { servername?: string | false | null; host?: string | undefined } = {}) {
  const tls = createTlsServer({ key: pem('server.key'), cert: pem(certificate) }, (request, response) => {
    seen.host = request.headers.host
    response.writeHead(401).end()
  })
  tls.on('secureConnection', (socket) => {
    seen.servername = socket.servername
  })
  return listen(tls)
}

async function probed(endpoint: string, options: ProbeOptions = TRUSTED, host?: string) {
  const target = { endpoint, host, era: 'auto' as const, timeoutMs: 400, headers: {}, allowAddresses: ['127.0.0.0/8'] }
  const result = await probe(target, options)
  const { health, layer, reason, message } = judge(result, undefined, undefined, new Date(), AT_ONCE).verdict
  return { result, verdict: { health, layer, reason }, message }
}

test.for([
  ['expired', TRUSTED, 'certificate_expired'],
  ['wrong-name', TRUSTED, 'certificate_name'],
  ['self-signed', TRUSTED, 'certificate_self_signed'],
  ['good', {}, 'certificate_untrusted'],
] as const)('a server with the certificate %s', async ([certificate, options, reason]) => {
  const port = await startTls(certificate)
  const { verdict, message } = await probed(`https://127.0.0.1:${port}/mcp`, options)
  expect(verdict).toEqual({ health: 'critical', layer: 'tls', reason })
  expect(message).toMatch(/certificate/)
})

test('a good certificate is passed, its end is kept and the handshake is timed', async () => {
  const port = await startTls('good')
  const { verdict, result } = await probed(`https://127.0.0.1:${port}/mcp`)
  expect(verdict).toEqual({ health: 'warning', layer: 'auth', reason: 'auth' })
  expect(result.certificate?.notAfter).toMatch(/^2126-/)
  expect(result.timings.tlsMs).toBeGreaterThan(0)
})

test('the configured host goes into the Host header and the TLS server name', async () => {
  const seen: { servername?: string | false | null; host?: string | undefined } = {}
  const port = await startTls('good', seen)
  await probed(`https://127.0.0.1:${port}/mcp`, TRUSTED, 'localhost')
  expect(seen).toEqual({ servername: 'localhost', host: 'localhost' })
})

test('a server that accepts and never shakes hands times out in the layer tls', async () => {
  const port = await listen(createServer(() => {}))
  const { verdict, message } = await probed(`https://127.0.0.1:${port}/mcp`)
  expect(verdict).toEqual({ health: 'critical', layer: 'tls', reason: 'timeout' })
  expect(message).toMatch(/handshake/)
})

test('plain HTTP behind an https URL is a failed handshake', async () => {
  const port = await listen(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
  expect((await probed(`https://127.0.0.1:${port}/mcp`)).verdict).toEqual({
    health: 'critical',
    layer: 'tls',
    reason: 'tls_handshake',
  })
})

test('nothing listens', async () => {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  expect((await probed(`http://127.0.0.1:${port}/mcp`)).verdict).toEqual({
    health: 'critical',
    layer: 'network',
    reason: 'refused',
  })
})

test('a name that DNS does not know', async () => {
  const { verdict, result } = await probed('http://nothing.invalid/mcp')
  expect(verdict).toMatchObject({ health: 'critical', layer: 'dns' })
  expect(result.requests).toBeGreaterThan(0)
})

test('the caller’s own end is never blamed on the server', async () => {
  const port = await listen(createServer(() => {}))
  const { verdict } = await probed(`http://127.0.0.1:${port}/mcp`, { signal: AbortSignal.timeout(50) })
  expect(verdict).toEqual({ health: 'unknown', layer: undefined, reason: 'prober_error' })
})
