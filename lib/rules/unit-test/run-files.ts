import { globSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { RE2JS } from 're2js'
import { formatProblem, hasErrors } from '../../model/problem.ts'
import { type LoadedRules, loadRules } from '../load-rules.ts'
import { runTest } from './run-test.ts'
import { readTestFile } from './test-file.ts'

export interface TestFileResult {
  file: string
  /** Test groups that were run. */
  tests: number
  warnings: string[]
  failures: { test?: string; message: string }[]
}

/**
 * Runs promtool unit-test files one after the other, each with the rule files it names. `run` is a regular expression
 * (RE2) that a test group's name must match. Rules may look back as far as they like here.
 */
export function* runTestFiles(paths: readonly string[], run?: string): Generator<TestFileResult> {
  const wanted = run === undefined ? undefined : RE2JS.compile(run)
  const loaded = new Map<string, LoadedRules>()
  for (const path of paths) yield runFile(path, loaded, (name) => !wanted || wanted.matcher(name).find())
}

function runFile(path: string, loaded: Map<string, LoadedRules>, isWanted: (name: string) => boolean): TestFileResult {
  const result: TestFileResult = { file: path, tests: 0, warnings: [], failures: [] }
  const text = readText(path)
  if (text === undefined) return { ...result, failures: [{ message: 'the file cannot be read' }] }
  const { file, problems } = readTestFile({ path, text })
  if (!file) return { ...result, failures: problems.map((problem) => ({ message: formatProblem(problem) })) }
  const rulePaths = file.rule_files.flatMap((pattern) => {
    const found = matchFiles(pattern, dirname(path))
    if (found.length === 0) result.warnings.push(`no file matches "${pattern}"`)
    return found
  })
  const rules = loadOnce([...new Set(rulePaths)], loaded)
  for (const [index, test] of file.tests.entries()) {
    if (!isWanted(test.name)) continue
    result.tests += 1
    const messages = hasErrors(rules.problems)
      ? rules.problems.filter(({ severity }) => severity === 'error').map(formatProblem)
      : runTest(test, file, rules.groups)
    result.failures.push(...messages.map((message) => ({ test: test.name || `test ${index + 1}`, message })))
  }
  return result
}

/** Rule files that many tests name are read once. */
function loadOnce(paths: string[], loaded: Map<string, LoadedRules>): LoadedRules {
  const key = JSON.stringify(paths)
  const known = loaded.get(key)
  if (known) return known
  const files = paths.map((path) => ({ path, text: readText(path) ?? '' }))
  const rules = loadRules(files, { longestRangeMs: Number.POSITIVE_INFINITY })
  loaded.set(key, rules)
  return rules
}

function matchFiles(pattern: string, folder: string): string[] {
  return globSync(isAbsolute(pattern) ? pattern : join(folder, pattern)).sort()
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
