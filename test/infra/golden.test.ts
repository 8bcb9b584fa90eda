import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { builtApp } from './built-app.ts'

/**
 * A tripwire: whoever changes a template sees in the diff what changes in the account. To accept a change:
 * npx vitest run --project infra --update
 */
test.for(builtApp().stacks.map((stack) => [stack.stackName, stack] as const))(
  '%s is as it was',
  async ([name, stack]) => {
    const template = JSON.stringify(Template.fromStack(stack).toJSON(), null, 1)
    // Hashes of bundled code and configuration, and addresses of the account's own asset bucket, say nothing here.
    const stable = template.replace(/[0-9a-f]{64}/g, '<hash>')
    await expect(`${stable}\n`).toMatchFileSnapshot(join(import.meta.dirname, '__golden__', `${name}.json`))
  },
)
