import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createGuard, EVERY_ADDRESS, isAddressBlock } from '../../../lib/probe/guard.ts'
import { probe } from '../../../lib/probe/probe.ts'

test.for([
  ['10.0.0.1', undefined],
  ['172.31.255.255', undefined],
  ['203.0.113.9', undefined],
  ['2001:db8::1', undefined],
  ['fd12:3456::1', undefined],
  ['126.255.255.255', undefined],
  ['127.0.0.0', 'loopback'],
  ['127.255.255.255', 'loopback'],
  ['128.0.0.0', undefined],
  ['::1', 'loopback'],
  ['0.0.0.0', 'this host'],
  ['::', 'this host'],
  ['169.253.255.255', undefined],
  ['169.254.169.254', 'link-local (metadata services)'],
  ['169.254.170.2', 'link-local (metadata services)'],
  ['169.255.0.0', undefined],
  ['fe80::1', 'link-local'],
  ['febf::1', 'link-local'],
  ['fec0::1', undefined],
  ['fd00:ec2::254', 'metadata services'],
  ['224.0.0.1', 'multicast'],
  ['ff02::1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:a9fe:a9fe', 'link-local (metadata services)'],
  ['64:ff9b::169.254.169.254', 'link-local (metadata services)'],
  ['2002:7f00:1::', 'loopback'],
  ['::ffff:10.0.0.1', undefined],
] as const)('%s is %s', ([address, refusal]) => {
  expect(createGuard([]).refusal(address)).toBe(refusal)
})

test('an exception opens its block only', () => {
  const guard = createGuard(['127.0.0.1', '169.254.8.0/24'])
  expect(guard.refusal('127.0.0.1')).toBeUndefined()
  expect(guard.refusal('::ffff:127.0.0.1')).toBeUndefined()
  expect(guard.refusal('127.0.0.2')).toBe('loopback')
  expect(guard.refusal('169.254.8.9')).toBeUndefined()
  expect(guard.refusal('169.254.169.254')).toBeDefined()
})

test('every address is open to a person at the command line', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      expect(createGuard(EVERY_ADDRESS).refusal(address)).toBeUndefined()
    }),
  )
})

test.for([
  ['10.0.0.0/8', true],
  ['10.0.0.1', true],
  ['fd00::/8', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/', false],
  ['10.0.0/8', false],
  ['host', false],
  ['', false],
] as const)('"%s" as a block: %s', ([text, valid]) => {
  expect(isAddressBlock(text)).toBe(valid)
})

test('a name that leads to loopback is refused at connect time, and no request arrives', async () => {
  let requests = 0
  const server = createServer((_, response) => {
    requests += 1
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const ask = (host: string, allowAddresses: string[]) =>
    probe({ endpoint: `http://${host}:${port}/mcp`, era: 'auto', timeoutMs: 1000, headers: {}, allowAddresses })
  for (const host of ['localhost', '127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]']) {
    const result = await ask(host, [])
    expect(result.fault?.fault, host).toBe('blocked_address')
    expect(result.fault?.message).toContain('probe.allow_addresses')
  }
  expect(requests).toBe(0)
  expect((await ask('localhost', ['127.0.0.0/8', '::1'])).fault?.fault).not.toBe('blocked_address')
  expect(requests).toBe(1)
  server.close()
})
