import { describe, expect, test } from 'vitest'
import { estimateServer, fargateCostPerDay } from '../../../lib/costs/estimate.ts'
import { fargatePrice } from '../../../lib/costs/prices.ts'
import { aServer } from '../../support/a-server.ts'

const DAYS_PER_MONTH = 730 / 24

describe('fargateCostPerDay', () => {
  // Monthly figures at 730 h that AWS users know: 0.25 vCPU with 0.5 GB costs $9.01 on x86 and $7.21 on ARM.
  test.for([
    { name: 'smallest task, x86', architecture: 'x86_64' as const, cpu: 256, memory: 512, running: 1, month: 9.01 },
    { name: 'smallest task, ARM', architecture: 'arm64' as const, cpu: 256, memory: 512, running: 1, month: 7.21 },
    { name: '1 vCPU with 2 GB', architecture: 'x86_64' as const, cpu: 1024, memory: 2048, running: 1, month: 36.04 },
    { name: 'three tasks', architecture: 'x86_64' as const, cpu: 256, memory: 512, running: 3, month: 27.03 },
    { name: 'no task runs', architecture: 'x86_64' as const, cpu: 256, memory: 512, running: 0, month: 0 },
  ])('$name', ({ architecture, cpu, memory, running, month }) => {
    const price = fargatePrice('us-east-1', architecture)!
    const perDay = fargateCostPerDay({ cpuUnits: cpu, memoryMiB: memory }, price, running)
    expect(perDay * DAYS_PER_MONTH).toBeCloseTo(month, 2)
  })
})

describe('estimateServer', () => {
  const task = { cpuUnits: 256, memoryMiB: 512, architecture: 'arm64', launchType: 'FARGATE' } as const

  test('Fargate on demand has a price', () => {
    const estimate = estimateServer(aServer({ task }), 2, { region: 'us-east-1' })
    expect(estimate).toEqual({ known: true, usdPerDay: expect.closeTo(0.474, 3) })
  })

  test('a configured price wins over the table, and stands where the table has none', () => {
    const own = { vcpuHour: 0.04, gbHour: 0.004 }
    const estimate = estimateServer(aServer({ task }), 1, { region: 'mars-1', own })
    expect(estimate).toEqual({ known: true, usdPerDay: expect.closeTo((0.25 * 0.04 + 0.5 * 0.004) * 24, 6) })
  })

  test.for([
    { name: 'size unknown', server: aServer({ task: undefined }), region: 'us-east-1', why: 'not known yet' },
    {
      name: 'Spot',
      server: aServer({ task: { ...task, launchType: 'FARGATE_SPOT' } }),
      region: 'us-east-1',
      why: 'Spot',
    },
    {
      name: 'EC2',
      server: aServer({ task: { ...task, launchType: 'EC2' } }),
      region: 'us-east-1',
      why: 'launch type EC2',
    },
    { name: 'Region without price', server: aServer({ task }), region: 'mars-1', why: 'costs.region_price' },
  ])('$name: says why there is no estimate', ({ server, region, why }) => {
    expect(estimateServer(server, 1, { region })).toEqual({ known: false, why: expect.stringContaining(why) })
  })
})
