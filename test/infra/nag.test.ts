import { Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { expect, test } from 'vitest'
import { builtApp } from './built-app.ts'

test('cdk-nag (AWS Solutions) finds nothing that has no written reason', () => {
  const { app } = builtApp()
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  expect(() => app.synth()).not.toThrow()
})
