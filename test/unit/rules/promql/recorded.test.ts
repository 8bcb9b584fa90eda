import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Case, Outcome } from '../../../oracle/case.ts'
import { difference } from '../../../oracle/compare.ts'
import { evaluateCase } from '../../../oracle/ours.ts'
import { readNumbers } from '../../../oracle/record.ts'

/** Generated expressions, and the edges of ranges, overflowing sums and odd buckets. */
test.for([
  ['evaluate', 400],
  ['edges', 40],
] as const)('groups of expressions of %s give what promtool gave', ([name, least]) => {
  const file = new URL(`./${name}.recorded.json`, import.meta.url)
  const recorded = JSON.parse(readFileSync(file, 'utf8'), readNumbers) as { given: Case; outcomes: Outcome[] }[]
  const differences = recorded.flatMap(({ given, outcomes }) =>
    evaluateCase(given).flatMap((ours, index) => {
      const expression = given.expressions[index] ?? ''
      const found = difference(expression, outcomes[index] ?? { error: 'nothing recorded' }, ours)
      return found ? [`${expression} at ${given.atS}s: ${found}`] : []
    }),
  )
  expect(differences).toEqual([])
  expect(recorded.length).toBeGreaterThan(least)
})
