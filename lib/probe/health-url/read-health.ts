/** One named part of a health document: 1 healthy, 0.5 degraded, 0 failing. */
export interface SubCheck {
  check: string
  value: 1 | 0.5 | 0
}

export interface HealthReading {
  /** The document as a whole; never better than its HTTP status says. */
  value: 1 | 0.5 | 0
  checks: SubCheck[]
  /** Sub-checks beyond the limit, which are left out. */
  leftOut: number
}

/** More parts than any health document of use has; each is a series. */
const MAX_CHECKS = 50
const MAX_NAME = 100

const WORDS: Record<string, 1 | 0.5 | 0> = {
  ...words(
    1,
    'up ok okay pass passing passed healthy health ready live alive true green running success available connected serving 200',
  ),
  ...words(0.5, 'warn warning degraded yellow partial starting unknown out_of_service'),
  ...words(
    0,
    'down fail failing failed error unhealthy critical false red not_ready notready unavailable dead disconnected not_serving 503 500',
  ),
}

/** Keys that health documents of the usual frameworks keep their parts under. */
const CONTAINERS = [
  'checks',
  'components',
  'details',
  'entries',
  'results',
  'dependencies',
  'services',
  'info',
  'error',
]
const STATUS_KEYS = ['status', 'state', 'health', 'healthy', 'ok', 'ready', 'result']

/**
 * Reads a health document into sub-checks: Spring Boot Actuator, MicroProfile, ASP.NET, Terminus, health+json
 * (draft-inadarei-api-health-check), Kubernetes' verbose text, and plain `{"database":"ok"}`. What has no known form
 * counts by its HTTP status alone. Texts of the document other than names are not kept.
 */
export function readHealth(status: number, body: string): HealthReading {
  const byStatus = status >= 200 && status < 300 ? 1 : 0
  const json = parseJson(body)
  const checks = isRecord(json) ? partsOf(json) : kubernetesChecks(body)
  const stated = isRecord(json) ? statusOf(json) : typeof json === 'boolean' ? meaningOfWord(json) : undefined
  const unique = [...new Map(checks.map((one) => [one.check, one])).values()]
  return {
    value: byStatus === 0 ? 0 : (stated ?? byStatus),
    checks: unique.slice(0, MAX_CHECKS),
    leftOut: Math.max(0, unique.length - MAX_CHECKS),
  }
}

function partsOf(document: Record<string, unknown>): SubCheck[] {
  const held = CONTAINERS.flatMap((key) => entriesOf(document[key]))
  if (held.length > 0) return held
  const plain = Object.entries(document).filter(([key]) => !STATUS_KEYS.includes(key.toLowerCase()))
  return plain.flatMap(([name, part]) => (isRecord(part) || typeof part === 'string' ? checkOf(name, part) : []))
}

/** An object of parts by name, or a list of parts that name themselves. */
function entriesOf(container: unknown): SubCheck[] {
  if (Array.isArray(container)) {
    return container.flatMap((part) => (isRecord(part) ? checkOf(nameOf(part), part) : []))
  }
  return isRecord(container) ? Object.entries(container).flatMap(([name, part]) => checkOf(name, part)) : []
}

function checkOf(name: string, part: unknown): SubCheck[] {
  // health+json lists several measurements under one name: the worst counts.
  const values = (Array.isArray(part) ? part : [part]).map((one) =>
    isRecord(one) ? statusOf(one) : meaningOfWord(one),
  )
  const known = values.filter((value) => value !== undefined)
  if (name === '' || known.length === 0) return []
  const worst = known.reduce((least, value) => (value < least ? value : least))
  return [{ check: name.slice(0, MAX_NAME), value: worst }]
}

function nameOf(part: Record<string, unknown>): string {
  const name = part.name ?? part.id ?? part.componentId
  return typeof name === 'string' ? name : ''
}

function statusOf(part: Record<string, unknown>): 1 | 0.5 | 0 | undefined {
  const found = Object.entries(part).find(([key]) => STATUS_KEYS.includes(key.toLowerCase()))
  if (!found) return undefined
  // `{"status": {"status": "ok"}}` is seen; nothing nests deeper.
  if (!isRecord(found[1])) return meaningOfWord(found[1])
  const inner = Object.entries(found[1]).find(([key]) => STATUS_KEYS.includes(key.toLowerCase()))
  return inner && meaningOfWord(inner[1])
}

function meaningOfWord(status: unknown): 1 | 0.5 | 0 | undefined {
  if (typeof status === 'object' || status === undefined) return undefined
  const word = String(status).trim().toLowerCase().replaceAll(/[ -]/g, '_')
  return Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
}

/** `[+]etcd ok` and `[-]poststarthook failed: reason withheld`, one per line. */
function kubernetesChecks(body: string): SubCheck[] {
  return body.split('\n').flatMap((line): SubCheck[] => {
    const [, sign, name = ''] = /^\[([+-])\]\s*(\S+)/.exec(line) ?? []
    return sign ? [{ check: name.slice(0, MAX_NAME), value: sign === '+' ? 1 : 0 }] : []
  })
}

function words(value: 1 | 0.5 | 0, list: string): Record<string, 1 | 0.5 | 0> {
  return Object.fromEntries(list.split(' ').map((word) => [word, value]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
