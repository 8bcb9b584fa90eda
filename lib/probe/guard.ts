import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/**
 * Networks that no MCP server of a fleet lives in, but where secrets do: the instance and task metadata services
 * (169.254.169.254, 169.254.170.2, fd00:ec2::254), loopback (the Lambda's own runtime API), link-local, multicast.
 */
const REFUSED: readonly (readonly [cidr: string, name: string])[] = [
  ['127.0.0.0/8', 'loopback'],
  ['::1/128', 'loopback'],
  ['0.0.0.0/8', 'this host'],
  ['::/128', 'this host'],
  ['169.254.0.0/16', 'link-local (metadata services)'],
  ['fe80::/10', 'link-local'],
  ['fd00:ec2::/32', 'metadata services'],
  ['224.0.0.0/4', 'multicast'],
  ['ff00::/8', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
]

/** Decides at connect time, against the address really dialled, so that no DNS answer leads a probe astray. */
export interface Guard {
  /** Why the address must not be probed; undefined when it may. */
  refusal(address: string): string | undefined
  /** `lookup` for node:http(s) and node:net: resolves, and fails with code `EBLOCKED` when no address may be probed. */
  lookup: LookupFunction
}

export const EVERY_ADDRESS: readonly string[] = ['0.0.0.0/0', '::/0']

/** Error code of a lookup whose every address is refused. */
export const BLOCKED = 'EBLOCKED'

/**
 * Guard that lets everything pass except loopback, link-local, metadata and multicast addresses; `allow` (CIDR blocks
 * or single addresses) makes exceptions. IPv4 inside IPv6 (mapped, NAT64, 6to4) is judged by the IPv4 address.
 */
export function createGuard(allow: readonly string[]): Guard {
  const key = allow.join(' ')
  const made = guards.get(key) ?? makeGuard(allow)
  if (guards.size < 100) guards.set(key, made)
  return made
}

/** Building the lists costs more than a probe; a fleet has few distinct ones. */
const guards = new Map<string, Guard>()

function makeGuard(allow: readonly string[]): Guard {
  const allowed = blockListOf(allow)
  const refused = REFUSED.map(([cidr, name]) => ({ list: blockListOf([cidr]), name }))
  const refusal = (address: string): string | undefined => {
    const plain = embeddedV4(address) ?? address
    const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4'
    if (allowed.check(plain, family)) return undefined
    return refused.find(({ list }) => list.check(plain, family))?.name
  }
  const lookup: LookupFunction = (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '')
      const open = addresses.filter(({ address }) => !refusal(address))
      const first = open[0]
      if (!first) return callback(blocked(addresses[0]?.address ?? hostname, refusal), '')
      if (options.all) return callback(null, open)
      callback(null, first.address, first.family)
    })
  }
  return { refusal, lookup }
}

/** Whether the text is a CIDR block or an IP address that `createGuard` understands. */
export function isAddressBlock(text: string): boolean {
  return parseBlock(text) !== undefined
}

function blocked(address: string, refusal: Guard['refusal']): NodeJS.ErrnoException {
  return Object.assign(new Error(`${address} is ${refusal(address) ?? 'refused'}`), { code: BLOCKED })
}

function blockListOf(blocks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of blocks) {
    const block = parseBlock(text)
    if (!block) throw new TypeError(`"${text}" is neither an IP address nor a CIDR block such as 10.0.0.0/8`)
    list.addSubnet(block.address, block.prefix, block.family)
  }
  return list
}

function parseBlock(text: string) {
  const [address = '', prefixText, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return undefined
  const longest = version === 6 ? 128 : 32
  const prefix = prefixText === undefined ? longest : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN
  if (!(prefix >= 0 && prefix <= longest)) return undefined
  return { address, prefix, family: version === 6 ? ('ipv6' as const) : ('ipv4' as const) }
}

/** The IPv4 address inside an IPv4-mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96) or 6to4 (2002::/16) address. */
function embeddedV4(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined
  const groups = expand(address)
  const dotted = (high: number, low: number) => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  const leading = groups.slice(0, 6)
  const last = [groups[6] ?? 0, groups[7] ?? 0] as const
  if (leading.slice(0, 5).every((group) => group === 0) && leading[5] === 0xffff) return dotted(...last)
  if (leading[0] === 0x64 && leading[1] === 0xff9b && leading.slice(2).every((group) => group === 0)) {
    return dotted(...last)
  }
  return leading[0] === 0x2002 ? dotted(groups[1] ?? 0, groups[2] ?? 0) : undefined
}

function expand(address: string): number[] {
  const bare = (address.split('%')[0] ?? '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const hex = (high: string, low: string) => ((Number(high) << 8) | Number(low)).toString(16)
    return `${hex(a, b)}:${hex(c, d)}`
  })
  const [head = '', tail] = bare.split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const front = parse(head)
  if (tail === undefined) return front
  const back = parse(tail)
  return [...front, ...Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back]
}
