// Side by side on the same endpoints, each client in a fresh process, rounds interleaved: this probe, the official SDK
// (v2 client) and a raw node:http sequence without any checks. `npm run bench:probe -- --servers 1000 --rounds 3`.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Measured } from './probe-client.ts'

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: '1000' },
    hanging: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    concurrency: { type: 'string', default: '32' },
  },
})
const servers = Number(values.servers)
const hanging = Number(values.hanging)
const HANG_TIMEOUT_MS = 3000

interface Fleet {
  urls: string[]
  sessions(): Promise<number>
  stop(): void
}

async function startFleet(hangers: number): Promise<Fleet> {
  const file = fileURLToPath(new URL('../test/support/fleet-server.ts', import.meta.url))
  const child = fork(file, [String(servers), String(hangers)])
  const [{ urls }] = (await once(child, 'message')) as [{ urls: string[] }]
  return {
    urls,
    async sessions() {
      child.send('sessions?')
      const [answer] = (await once(child, 'message')) as [{ sessions: number }]
      return answer.sessions
    },
    stop: () => child.disconnect(),
  }
}

async function measure(client: string, urls: string[], timeoutMs: number): Promise<Measured> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./probe-client.ts', import.meta.url)), [client])
  child.send({ urls, timeoutMs, concurrency: Number(values.concurrency) })
  const [measured] = (await once(child, 'message')) as [Measured]
  child.disconnect()
  await once(child, 'exit')
  return measured
}

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
const round = (number: number) => Math.round(number * 100) / 100

const clients = ['raw', 'fleetwatch', 'sdk'] as const
const measured: Record<string, (Measured & { sessionsLeft: number })[]> = { raw: [], fleetwatch: [], sdk: [] }
const fleet = await startFleet(0)
for (let number = 0; number < Number(values.rounds); number += 1) {
  for (const client of clients) {
    const before = await fleet.sessions()
    const one = await measure(client, fleet.urls, 10_000)
    measured[client]?.push({ ...one, sessionsLeft: (await fleet.sessions()) - before })
    process.stderr.write(`… round ${number + 1}, ${client}: ${round(one.probesPerSecond)} probes/s\n`)
  }
}
fleet.stop()

const result = Object.fromEntries(
  Object.entries(measured).map(([client, rounds]) => {
    const of = (key: keyof (typeof rounds)[number]) => round(median(rounds.map((one) => one[key])))
    return [
      client,
      {
        probesPerSecond: of('probesPerSecond'),
        p50Ms: of('p50Ms'),
        p95Ms: of('p95Ms'),
        cpuMsPerProbe: of('cpuMsPerProbe'),
        peakRssMb: of('peakRssMb'),
        peakDescriptors: Math.max(...rounds.map((one) => one.peakDescriptors)),
        failed: rounds.reduce((sum, one) => sum + one.failed, 0),
        sessionsLeft: rounds.reduce((sum, one) => sum + one.sessionsLeft, 0),
      },
    ]
  }),
)

const sick = await startFleet(hanging)
const outage = await measure('fleetwatch', sick.urls, HANG_TIMEOUT_MS)
const sessionsLeft = await sick.sessions()
sick.stop()

// Round by round, since other work on the machine slows all clients of one round alike.
const ratio = (other: 'raw' | 'sdk') =>
  round(
    median(
      (measured.fleetwatch ?? []).map((one, at) => one.probesPerSecond / (measured[other]?.[at]?.probesPerSecond ?? 1)),
    ),
  )
const report = {
  servers,
  rounds: Number(values.rounds),
  concurrency: Number(values.concurrency),
  ...result,
  ratios: { ofRaw: ratio('raw'), ofSdk: ratio('sdk') },
  outage: {
    hanging,
    timeoutMs: HANG_TIMEOUT_MS,
    lastHealthyVerdictMs: round(outage.lastOkMs),
    failed: outage.failed,
    peakDescriptors: outage.peakDescriptors,
    sessionsLeft,
  },
  goals: {
    ofRaw: ratio('raw') >= 0.9,
    ofSdk: ratio('sdk') >= 1.4,
    descriptors: (result.fleetwatch?.peakDescriptors ?? 0) <= 100,
    nothingLeft: result.fleetwatch?.sessionsLeft === 0 && sessionsLeft === 0,
    outage: outage.lastOkMs <= HANG_TIMEOUT_MS + 2000 && outage.failed === hanging,
  },
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
