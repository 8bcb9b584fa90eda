import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readDrift, saveDrift } from '../../../lib/aws/drift-table.ts'
import { saveRegistry } from '../../../lib/aws/servers-table.ts'
import type { EmbeddedAws } from '../../../lib/local/embedded-aws.ts'
import type { DriftState } from '../../../lib/model/drift.ts'
import type { ListedTool } from '../../../lib/model/listed-tool.ts'
import { trackDrift } from '../../../lib/probe/drift/track-drift.ts'
import { aServer } from '../../support/a-server.ts'
import { startEmbeddedTables } from '../../support/embedded-tables.ts'
import { runFleetwatch } from '../../support/run-fleetwatch.ts'

vi.setConfig({ testTimeout: 30_000 })

let aws: EmbeddedAws
beforeAll(async () => {
  aws = await startEmbeddedTables('drift')
}, 40_000)
afterAll(() => aws.stop())

const fleetwatch = (...args: string[]) => runFleetwatch(args, aws.env)

/** What two probes of each of these sets leave behind. */
function history(...sets: ListedTool[][]): DriftState {
  return sets
    .flatMap((tools) => [tools, tools])
    .reduce<DriftState>(
      (state, tools, minute) =>
        trackDrift(
          state,
          { tools, isRollingOut: false, at: new Date(Date.UTC(2026, 10, 21, 10, minute)) },
          { enabled: true, confirmations: 2, ignore: [] },
        ).state,
      {},
    )
}

test('a state is read as it was saved; of two that read the same version only the first may save', async () => {
  expect(await readDrift('search')).toEqual({ state: {}, version: 0 })
  const first = history([{ name: 'a' }])
  expect(await saveDrift('search', first, 0)).toBe(true)
  expect(await saveDrift('search', {}, 0)).toBe(false)
  expect(await readDrift('search')).toEqual({ state: first, version: 1 })
  expect(await saveDrift('search', {}, 1)).toBe(true)
})

test('two sets of tools as large as they may be fit into an item', async () => {
  const large = (text: string): ListedTool[] =>
    Array.from({ length: 400 }, (_, index) => ({
      name: `tool-${index}-${Math.random()}`,
      inputSchema: {
        type: 'object',
        properties: { q: { enum: Array.from({ length: 60 }, () => `${text}${Math.random()}`) } },
      },
    }))
  const state = history(large('x'), large('y'))
  expect(state.drift).toBeDefined()
  expect(await saveDrift('large', state, 0)).toBe(true)
  expect((await readDrift('large')).state).toEqual(state)
})

test('fleetwatch drift: seen, accepted, gone; exit codes 1, 0, 2', async () => {
  await saveRegistry({ put: ['files', 'shop'].map((deployment) => aServer({ deployment })), remove: [] })
  await saveDrift('files', history([{ name: 'a' }, { name: 'b' }], [{ name: 'a' }]), 0)
  const seen = await fleetwatch('drift')
  expect(seen).toMatchObject({ code: 1, stderr: '' })
  expect(seen.stdout).toContain('is gone')
  expect(seen.stdout).toContain('no baseline yet: 1 server')
  expect(JSON.parse((await fleetwatch('drift', '--json', 'files')).stdout)).toMatchObject([
    { deployment: 'files', state: 'changed', withoutRollout: true, changes: [{ tool: 'b', severity: 'breaking' }] },
  ])
  expect(await fleetwatch('drift', 'accept', 'files')).toMatchObject({
    code: 0,
    stdout: 'accepted 1 change of files; its verdict follows with the next poll\n',
  })
  expect(await fleetwatch('drift', 'files')).toMatchObject({ code: 0, stdout: 'files: unchanged, 1 tool\n' })
  expect(await fleetwatch('drift', 'accept', 'files')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nothing to accept'),
  })
  expect(await fleetwatch('drift', 'fils')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean "files"?'),
  })
})

test('a server that leaves the registry takes its drift with it', async () => {
  await saveRegistry({ put: [], remove: ['files'] })
  expect(await readDrift('files')).toEqual({ state: {}, version: 0 })
})
