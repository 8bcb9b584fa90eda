import { describe, expect, test } from 'vitest'
import { FleetwatchYaml } from '../../../lib/config/schema.ts'
import { decideServers, registryChanges, type Visible } from '../../../lib/discovery/decide-servers.ts'
import type { VisibleService, VisibleTask } from '../../../lib/model/visible-service.ts'

const NOW = new Date('2026-11-21T09:00:00Z')
const DEFINITION = 'arn:aws:ecs:us-east-1:1:task-definition/docs:3'

function config(yaml: Record<string, unknown> = {}) {
  return FleetwatchYaml.parse({ alerting: 'alertmanager.yml', ...yaml })
}

function service(tags: Record<string, string>, change: Partial<VisibleService> = {}): VisibleService {
  return {
    cluster: 'prod',
    service: 'docs',
    status: 'ACTIVE',
    launchType: 'FARGATE',
    taskDefinition: DEFINITION,
    tags,
    ...change,
  }
}

function visible(services: VisibleService[], tasks: VisibleTask[] = []): Visible {
  return {
    services,
    tasks: new Map([['prod/docs', tasks]]),
    definitions: new Map([[DEFINITION, { cpuUnits: 256, memoryMiB: 512, architecture: 'arm64', port: 8080 }]]),
  }
}

const ENDPOINT = { 'fleetwatch:endpoint': 'http://10.0.0.9:1/mcp' }
const RUNNING: VisibleTask = {
  taskArn: 't1',
  taskDefinition: DEFINITION,
  address: '10.0.0.7',
  startedAt: '2026-11-21T08:00:00.000Z',
}

describe('which services are MCP servers', () => {
  test.for([
    {
      name: 'tag enabled',
      tags: { 'fleetwatch:enabled': 'true', ...ENDPOINT },
      kept: true,
      why: 'tag fleetwatch:enabled is true',
    },
    {
      name: 'tag enabled in capitals',
      tags: { 'fleetwatch:enabled': 'True', ...ENDPOINT },
      kept: true,
      why: 'is true',
    },
    {
      name: 'tag disabled wins over an endpoint',
      tags: { 'fleetwatch:enabled': 'false', ...ENDPOINT },
      kept: false,
      why: 'is false',
    },
    {
      name: 'nonsense in the tag',
      tags: { 'fleetwatch:enabled': 'yes', ...ENDPOINT },
      kept: false,
      why: 'expected true or false',
    },
    { name: 'an endpoint alone', tags: ENDPOINT, kept: true, why: 'has the tag fleetwatch:endpoint' },
    { name: 'no sign of it', tags: {}, kept: false, why: 'not named in fleetwatch.yaml' },
    {
      name: 'enabled without a way to reach it',
      tags: { 'fleetwatch:enabled': 'true' },
      kept: false,
      why: 'no running task with a private address',
    },
    {
      name: 'an endpoint that is no URL',
      tags: { 'fleetwatch:endpoint': 'docs:8080' },
      kept: false,
      why: 'expected an http or https URL',
    },
    {
      name: 'an endpoint of another protocol',
      tags: { 'fleetwatch:endpoint': 'ftp://docs/mcp' },
      kept: false,
      why: 'expected an http or https URL',
    },
  ])('$name', ({ tags, kept, why }) => {
    const [decision] = decideServers(visible([service(tags as Record<string, string>)]), config(), NOW)
    expect(decision).toMatchObject({ kept, why: expect.stringContaining(why) })
  })

  test('a name pattern', () => {
    const decisions = decideServers(visible([service(ENDPOINT)]), config({ fleet: { names: ['do*'] } }), NOW)
    expect(decisions[0]?.why).toContain('has the tag')
    const untagged = decideServers(visible([service({})], [RUNNING]), config({ fleet: { names: ['do*'] } }), NOW)
    expect(untagged[0]).toMatchObject({
      kept: true,
      why: 'name matches "do*"; endpoint from the address of a running task',
    })
  })

  test('a server in the configuration that ECS does not show is said, not forgotten', () => {
    const servers = [{ name: 'gone', cluster: 'prod', service: 'gone' }]
    const decisions = decideServers(visible([]), config({ servers }), NOW)
    expect(decisions).toEqual([
      expect.objectContaining({ kept: false, why: expect.stringContaining('no active service "gone"') }),
    ])
  })
})

describe('where the endpoint is', () => {
  test.for([
    { name: 'port of the task definition', tags: {}, url: 'http://10.0.0.7:8080/mcp' },
    {
      name: 'port and path of tags',
      tags: { 'fleetwatch:port': '9', 'fleetwatch:path': '/x' },
      url: 'http://10.0.0.7:9/x',
    },
    { name: 'the endpoint tag wins', tags: ENDPOINT, url: 'http://10.0.0.9:1/mcp' },
  ])('$name', ({ tags, url }) => {
    const found = decideServers(visible([service({ 'fleetwatch:enabled': 'true', ...tags })], [RUNNING]), config(), NOW)
    expect(found[0]?.server?.endpoint).toBe(url)
  })

  test('configuration wins over tags, for name, endpoint and labels', () => {
    const servers = [
      {
        name: 'docs-search',
        cluster: 'prod',
        service: 'docs',
        endpoint: 'https://docs.example/mcp',
        labels: { team: 'b' },
      },
    ]
    const tags = {
      ...ENDPOINT,
      'fleetwatch:name': 'tagged',
      'fleetwatch:label:team': 'a',
      'fleetwatch:label:tier': '1',
    }
    const [decision] = decideServers(visible([service(tags)], [RUNNING]), config({ servers }), NOW)
    expect(decision?.server).toMatchObject({
      deployment: 'docs-search',
      endpoint: 'https://docs.example/mcp',
      endpointSource: 'config',
      labels: { team: 'b', tier: '1' },
      task: { cpuUnits: 256, memoryMiB: 512 },
      oldestTaskStartedAt: '2026-11-21T08:00:00.000Z',
    })
  })
})

test('two services of one name get two names', () => {
  const decisions = decideServers(visible([service(ENDPOINT), service(ENDPOINT, { cluster: 'test' })]), config(), NOW)
  expect(decisions.map((decision) => decision.server?.deployment)).toEqual(['docs', 'test/docs'])
})

test('the registry is written only where it changes', () => {
  const decide = (tags: Record<string, string>, now: Date) => decideServers(visible([service(tags)]), config(), now)
  const known = decide(ENDPOINT, NOW).flatMap((decision) => decision.server ?? [])
  const later = new Date(NOW.getTime() + 300_000)
  expect(registryChanges(known, decide(ENDPOINT, later))).toEqual({ put: [], remove: [] })
  const moved = registryChanges(known, decide({ 'fleetwatch:endpoint': 'http://10.0.0.8:1/mcp' }, later))
  expect(moved.put.map((server) => server.endpoint)).toEqual(['http://10.0.0.8:1/mcp'])
  expect(registryChanges(known, decide({}, later))).toEqual({ put: [], remove: ['docs'] })
})
