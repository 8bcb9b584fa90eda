import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import type { Case } from './case.ts'
import { CHOSEN } from './chosen.ts'
import { difference } from './compare.ts'
import { someCase } from './generate.ts'
import { evaluateCase } from './ours.ts'
import { askPromtool, findPromtool } from './promtool.ts'
import { writeNumbers } from './record.ts'

const { values: options } = parseArgs({
  options: {
    expressions: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    record: { type: 'string' },
    keep: { type: 'string', default: '1500' },
    shrink: { type: 'boolean', default: true },
    most: { type: 'string', default: '20' },
  },
  allowNegative: true,
})

/** Cases per promtool call: few enough to see progress, many enough to forget the start of a process. */
const BATCH = 100

const root = new URL('../..', import.meta.url).pathname
const promtool = findPromtool(root)
const wanted = Number(options.expressions)
let seed = Number(options.seed)
let compared = 0
let errors = 0
const failures: string[] = []
const recorded: { given: Case; outcomes: unknown[] }[] = []

let cases: Case[] = CHOSEN
while (compared < wanted && failures.length < Number(options.most)) {
  const expected = askPromtool(promtool, cases)
  for (const [index, given] of cases.entries()) {
    const ours = evaluateCase(given)
    for (const [position, expression] of given.expressions.entries()) {
      compared++
      const [theirs, own] = [expected[index]?.[position], ours[position]]
      if (!theirs || !own) throw new Error('an outcome is missing')
      if ('error' in theirs) errors++
      const found = difference(expression, theirs, own)
      if (found) failures.push(explain({ ...given, expressions: [expression] }, found))
    }
    if (options.record) recorded.push({ given, outcomes: expected[index] ?? [] })
  }
  process.stderr.write(
    `oracle: seed ${seed}, ${compared} expressions, ${errors} errors, ${failures.length} differences\n`,
  )
  cases = fc.sample(someCase, { seed: seed++, numRuns: BATCH })
}
if (options.record) writeRecord(options.record)
for (const failure of failures) console.log(failure)
console.log(
  JSON.stringify({
    compared,
    errors,
    differences: failures.length,
    firstSeed: Number(options.seed),
    lastSeed: seed - 1,
  }),
)
process.exitCode = failures.length > 0 ? 1 : 0

/** The difference on the smallest case that still shows one: series are taken away while it does. */
function explain(given: Case, found: string): string {
  let small = given
  let last = found
  const differs = (candidate: Case): string | undefined => {
    const [expected] = askPromtool(promtool, [candidate])
    const [own] = evaluateCase(candidate)
    return expected?.[0] && own ? difference(candidate.expressions[0] ?? '', expected[0], own) : undefined
  }
  if (options.shrink) {
    for (let index = small.series.length - 1; index >= 0; index--) {
      const fewer = { ...small, series: small.series.filter((_, position) => position !== index) }
      const still = differs(fewer)
      if (still) [small, last] = [fewer, still]
    }
    for (const [index, one] of small.series.entries()) {
      for (let length = 1; length < one.values.length; length++) {
        const shorter = { ...small, series: small.series.with(index, { ...one, values: one.values.slice(-length) }) }
        const still = differs(shorter)
        if (!still) continue
        small = shorter
        last = still
        break
      }
    }
  }
  const series = small.series.map(({ labels, values }) => `  ${JSON.stringify(labels)} ${values.join(' ')}`)
  return [`${small.expressions[0]}   at ${small.atS}s, every ${small.intervalS}s`, ...series, `  ${last}`, ''].join(
    '\n',
  )
}

/** Keeps cases with what promtool gave, to be replayed without it. */
function writeRecord(path: string): void {
  const kept = recorded.slice(0, Number(options.keep))
  writeFileSync(path, `[\n${kept.map((one) => JSON.stringify(one, writeNumbers)).join(',\n')}\n]\n`)
}
