import { expect, test } from 'vitest'
import { readYaml } from '../../../lib/config/read-yaml.ts'
import { FleetwatchYaml } from '../../../lib/config/schema.ts'

test.for([
  {
    yaml: 'costs: { region_price: mars-1 }',
    says: 'costs.region_price: expected a Region of the price table (us-east-1)',
  },
  { yaml: 'costs: { fargate_price: { vcpu_hour: 0.04 } }', says: 'costs.fargate_price.gb_hour' },
  { yaml: 'report: { receiver: r, timezone: Europe/Berln }', says: 'report.timezone: expected an IANA time zone' },
])('$yaml is refused', ({ yaml, says }) => {
  const { problems } = readYaml('fleetwatch.yaml', `alerting: a.yml\n${yaml}\n`, FleetwatchYaml)
  expect(problems).toEqual([expect.objectContaining({ line: 2, message: expect.stringContaining(says) })])
})

test.for([
  'report: { receiver: r, timezone: Pacific/Auckland }',
  'costs: { fargate_price: { vcpu_hour: 0.04, gb_hour: 0.004 } }',
])('%s is taken', (yaml) => {
  expect(readYaml('fleetwatch.yaml', `alerting: a.yml\n${yaml}\n`, FleetwatchYaml).problems).toEqual([])
})
