import { expect, test } from 'vitest'
import { describeLanguage } from '../../../../lib/rules/promql/describe.ts'
import { REFUSED_FUNCTIONS } from '../../../../lib/rules/promql/functions.ts'
import { parseExpression } from '../../../../lib/rules/promql/parse.ts'

test('docs/promql.md says what the code does', async () => {
  await expect(describeLanguage()).toMatchFileSnapshot('../../../../docs/promql.md')
})

test.for([...REFUSED_FUNCTIONS.keys()])('%s is refused as the page says', (name) => {
  const parsed = parseExpression(`${name}(x)`)
  expect('problems' in parsed && parsed.problems[0]?.message).toMatch(/is not supported|unexpected/)
})
