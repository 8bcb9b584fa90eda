import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { builtApp } from './built-app.ts'

test('cfn-lint finds nothing wrong in the templates', () => {
  const { app, stacks } = builtApp()
  const { directory } = app.synth()
  const templates = stacks.map((stack) => join(directory, stack.templateFile))
  const cfnLint = join(import.meta.dirname, '../../.venv/bin/cfn-lint')
  // W3005: the CDK writes a DependsOn beside a reference that implies it.
  const options = ['--regions', 'us-east-1', '--ignore-checks', 'W3005', '--']
  const result = spawnSync(cfnLint, [...options, ...templates], { encoding: 'utf8' })
  expect(`${result.error ?? ''}${result.stdout}${result.stderr}`).toBe('')
  expect(result.status).toBe(0)
})
