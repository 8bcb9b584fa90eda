import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runFleetwatch } from '../../support/run-fleetwatch.ts'

test('fleetwatch.schema.json, which editors read, is what the code accepts', async () => {
  const { code, stdout } = await runFleetwatch(['config', 'schema'])
  expect(code).toBe(0)
  const kept = readFileSync(join(import.meta.dirname, '../../../fleetwatch.schema.json'), 'utf8')
  const remedy = 'npx fleetwatch config schema > fleetwatch.schema.json && npm run fix'
  expect(JSON.parse(kept), `out of date; run: ${remedy}`).toEqual(JSON.parse(stdout))
}, 30_000)
