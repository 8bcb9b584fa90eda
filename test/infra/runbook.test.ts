import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { builtApp } from './built-app.ts'

test('every native alarm has its entry in the runbook', () => {
  const runbook = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8')
  const entries = new Set([...runbook.matchAll(/^### (\S+)$/gm)].map(([, name]) => name))
  const watchdog = builtApp().stacks.find(({ stackName }) => stackName === 'Fleetwatch-Watchdog')!
  const template = Template.fromStack(watchdog)
  const names = (type: string, key: string) =>
    Object.values(template.findResources(type)).map(({ Properties }) => String(Properties[key]).split('-')[0])
  const alarms = [
    ...names('AWS::CloudWatch::Alarm', 'AlarmName'),
    ...names('AWS::CloudWatch::CompositeAlarm', 'AlarmName'),
  ]
  expect(alarms.length).toBeGreaterThan(20)
  for (const alarm of alarms) expect(entries, alarm).toContain(alarm)
})
