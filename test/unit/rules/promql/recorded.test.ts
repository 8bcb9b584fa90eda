import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Case, Outcome } from '../../../oracle/case.ts'
import { difference } from '../../../oracle/compare.ts'
import { evaluateCase } from '../../../oracle/ours.ts'
import { readNumbers } from '../../../oracle/record.ts'

const file = new URL('./evaluate.recorded.json', import.meta.url)
const recorded = JSON.parse(readFileSync(file, 'utf8'), readNumbers) as { given: Case; outcomes: Outcome[] }[]

test(`${recorded.length} groups of expressions give what promtool gave`, () => {
  const differences = recorded.flatMap(({ given, outcomes }) =>
    evaluateCase(given).flatMap((ours, index) => {
      const expression = given.expressions[index] ?? ''
      const found = difference(expression, outcomes[index] ?? { error: 'nothing recorded' }, ours)
      return found ? [`${expression} at ${given.atS}s: ${found}`] : []
    }),
  )
  expect(differences).toEqual([])
  expect(recorded.length).toBeGreaterThan(400)
})
