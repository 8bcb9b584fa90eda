import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Notification } from '../../../lib/model/notification.ts'
import { fitGroupKey, fitNotification, NOTIFICATION_BYTES } from '../../../lib/routing/fit-notification.ts'
import { notification, payload } from '../channels/examples.ts'

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value))
const withTexts = (labels: Record<string, string>, annotations: Record<string, string>) =>
  notification('slack', { payload: payload('firing', { commonLabels: labels, commonAnnotations: annotations }) })

test('what fits is left as it is', () => {
  const one = withTexts({ alertname: 'A' }, { summary: 's'.repeat(80_000) })
  expect(fitNotification(one)).toBe(one)
})

test.for([
  ['one long annotation', withTexts({ alertname: 'A' }, { summary: 'ä'.repeat(150_000) }), 10_000],
  ['long labels', withTexts({ alertname: 'A', long: 'x'.repeat(100_000) }, { summary: 'short' }), 10_000],
  [
    'many long annotations',
    withTexts(
      { alertname: 'A' },
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`a${i}`, 'x'.repeat(5000)])),
    ),
    1000,
  ],
] as const)('%s: shortened, and that is said', ([, one, limit]) => {
  const fitted = fitNotification(one)
  expect(bytes(fitted)).toBeLessThanOrEqual(NOTIFICATION_BYTES)
  expect(fitted.payload.commonAnnotations.fleetwatch_note).toBe(
    `Texts longer than ${limit} characters were shortened to fit into one message.`,
  )
  expect(fitted.payload.commonLabels.alertname).toBe('A')
  expect({ ...fitted, payload: one.payload }).toEqual(one)
})

test('a groupKey within reason stays as Alertmanager has it; a longer one stays unique', () => {
  expect(fitGroupKey('x'.repeat(10_000))).toBe('x'.repeat(10_000))
  const long = 'x'.repeat(10_001)
  expect(fitGroupKey(long)).toBe(fitGroupKey(long))
  expect(fitGroupKey(`${long}a`)).not.toBe(fitGroupKey(`${long}b`))
  expect(fitGroupKey(long).length).toBeLessThan(1100)
})

test('property: whatever an alert holds, its notification fits and is one', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.nat(300_000).map((length) => '😀"'.repeat(length / 3)),
  )
  const texts = fc.oneof(
    fc.dictionary(fc.string(), text, { maxKeys: 5 }),
    fc
      .nat(5000)
      .map((count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`label_${i}`, 'x'.repeat(90)]))),
  )
  fc.assert(
    fc.property(texts, texts, (labels, annotations) => {
      const fitted = fitNotification(withTexts(labels, annotations))
      expect(bytes(fitted)).toBeLessThanOrEqual(NOTIFICATION_BYTES)
      expect(Notification.parse(fitted)).toEqual(fitted)
    }),
    { numRuns: 50 },
  )
})
