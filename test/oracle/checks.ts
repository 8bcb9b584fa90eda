import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RULE_FILES, TEST_FILES } from './check-cases.ts'
import { findPromtool } from './promtool.ts'

/**
 * Records which rule files the real promtool (PROMTOOL, or built once) takes and which unit-test files pass, for the table
 * that `npm test` replays: `node test/oracle/checks.ts`.
 */
const promtool = findPromtool(join(import.meta.dirname, '../..'))
const folder = mkdtempSync(join(tmpdir(), 'oracle-checks-'))
const file = join(folder, 'file.yaml')
try {
  const verdicts = (texts: readonly string[], args: string[]) =>
    texts.map((text) => {
      writeFileSync(file, text)
      const { status, stdout, stderr } = spawnSync(promtool, [...args, file], { encoding: 'utf8' })
      return { text, ok: status === 0, said: (stdout + stderr).replaceAll(folder, '').trim() }
    })
  const recorded = {
    rules: verdicts(RULE_FILES, ['check', 'rules', '--lint=none']),
    tests: verdicts(TEST_FILES, ['test', 'rules']),
  }
  writeFileSync('test/unit/rules/checks.recorded.json', `${JSON.stringify(recorded, null, 1)}\n`)
} finally {
  rmSync(folder, { recursive: true })
}
