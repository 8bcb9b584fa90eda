import { expect, test } from 'vitest'
import { runFleetwatch } from '../support/run-fleetwatch.ts'
import { invoke, scheduled, stack } from '../support/stack.ts'

const fleetwatch = (...args: string[]) => runFleetwatch(args, stack.env)

test('discover --explain gives a reason for every ECS service and agrees with the registry', async () => {
  await invoke('discover', scheduled('discover'))
  const explained = await fleetwatch('discover', '--explain', '--config', stack.configFile, '--json')
  const { decisions } = JSON.parse(explained.stdout) as { decisions: { kept: boolean; why: string; service: string }[] }
  expect(decisions.every(({ why }) => why !== '')).toBe(true)
  const registry = await fleetwatch('discover', '--json')
  const { servers } = JSON.parse(registry.stdout) as { servers: { service: string }[] }
  const watched = decisions.filter(({ kept }) => kept).map(({ service }) => service)
  expect(watched.sort()).toEqual(servers.map(({ service }) => service).sort())
  expect(watched).toContain('everything')
})

test('status knows every server of the registry', async () => {
  const { servers } = JSON.parse((await fleetwatch('discover', '--json')).stdout) as { servers: unknown[] }
  const status = await fleetwatch('status', '--json')
  expect(JSON.parse(status.stdout).servers).toHaveLength(servers.length)
  expect([0, 1, 3]).toContain(status.code)
})

test('invoke runs one function; an unknown one is a usage error that names those there are', async () => {
  const ran = await fleetwatch('invoke', 'discover')
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('"servers"') })
  const unknown = await fleetwatch('invoke', 'discovr')
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('track-costs') })
})

test('the configuration that is deployed passes config check', async () => {
  expect(await fleetwatch('config', 'check', stack.configFile)).toMatchObject({ code: 0, stdout: '' })
})
