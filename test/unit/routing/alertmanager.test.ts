import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { loadAlerting } from '../../../lib/routing/load-alerting.ts'
import { formatMatchers, parseMatchers } from '../../../lib/routing/matchers.ts'
import { groupKeyOf, routeAlert } from '../../../lib/routing/route-alert.ts'

/** What Alertmanager 0.34.2 itself made of these matchers, route trees and labels (its Go packages, called by a script). */
const recorded = z
  .object({
    matchers: z.array(
      z.object({ text: z.string(), matchers: z.array(z.array(z.string())).nullable(), printed: z.string().optional() }),
    ),
    trees: z.array(
      z.object({
        yaml: z.string(),
        alerts: z.array(
          z.object({ labels: z.record(z.string(), z.string()), reached: z.array(z.tuple([z.string(), z.string()])) }),
        ),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'alertmanager.recorded.json'), 'utf8')))

/** Nothing at all matches everything in Alertmanager; here it is taken for a mistake. */
const meant = recorded.matchers.filter(({ text }) => text !== '')

test.for(meant)('matcher $text', ({ text, matchers, printed }) => {
  const parsed = parseMatchers(text)
  const ours = parsed.ok ? parsed.matchers.map(({ name, operator, value }) => [name, operator, value]) : null
  expect(ours?.toSorted()).toEqual(matchers?.toSorted())
  if (parsed.ok && printed) expect(formatMatchers(parsed.matchers)).toBe(printed)
})

test.for(recorded.trees.flatMap(({ yaml, alerts }, tree) => alerts.map((alert) => ({ tree, yaml, ...alert }))))(
  'tree $tree with $labels',
  ({ yaml, labels, reached }) => {
    const { alerting, problems } = loadAlerting({ path: 'am.yml', text: yaml })
    expect(problems).toEqual([])
    const ours = alerting && routeAlert(alerting.route, labels)
    expect(ours?.map(({ receiver, path }) => [receiver, groupKeyOf(path, labels)])).toEqual(reached)
  },
)
