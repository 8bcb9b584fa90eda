import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatProblem, hasErrors } from '../../../lib/model/problem.ts'
import { loadRules } from '../../../lib/rules/load-rules.ts'
import { runTestFiles } from '../../../lib/rules/unit-test/run-files.ts'

interface Verdict {
  text: string
  ok: boolean
  said: string
}
/** Recorded by test/oracle/checks.ts from the real promtool. */
const recorded: { rules: Verdict[]; tests: Verdict[] } = JSON.parse(
  readFileSync(new URL('checks.recorded.json', import.meta.url), 'utf8'),
)

/** Where we differ on purpose: a quoted number is a number, and a limit of 1.5 is not cut to 1. */
const DIFFERENT = [/limit: "5"/, /limit: 1\.5/, /value: "1"/]
const same = ({ text }: Verdict) => !DIFFERENT.some((one) => one.test(text))

describe('a rule file is taken or refused as by promtool', () => {
  test.for(recorded.rules.filter(same))('$text', ({ text, ok }) => {
    const { problems } = loadRules([{ path: 'r.yaml', text }], { longestRangeMs: Number.POSITIVE_INFINITY })
    expect({ ok: !hasErrors(problems), problems: problems.map(formatProblem) }).toMatchObject({ ok })
  })
})

describe('a unit-test file passes or fails as in promtool', () => {
  test.for(recorded.tests.filter(same))('$text', ({ text, ok }) => {
    const folder = mkdtempSync(join(tmpdir(), 'rules-checks-'))
    const file = join(folder, 'file.yaml')
    writeFileSync(file, text)
    const [result] = [...runTestFiles([file])]
    rmSync(folder, { recursive: true })
    expect({ ok: result?.failures.length === 0, failures: result?.failures }).toMatchObject({ ok })
  })
})
