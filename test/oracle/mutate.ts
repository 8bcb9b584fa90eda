import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    every: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    least: { type: 'string', default: '85' },
  },
})
if (options.help) {
  console.log(`Changes one operator of the evaluator at a time and runs its unit tests: they must fail.

  node test/oracle/mutate.ts               all mutants, about 2 s each
  node test/oracle/mutate.ts --every 5     every fifth of them
  node test/oracle/mutate.ts --least 90    exit 1 when fewer than 90 % are noticed; default 85`)
  process.exit(0)
}

/** What each operator is changed to; operators stand between spaces in formatted code. */
const CHANGES: [RegExp, string][] = [
  [/ <= /g, ' < '],
  [/ < /g, ' <= '],
  [/ >= /g, ' > '],
  [/ > /g, ' >= '],
  [/ === /g, ' !== '],
  [/ !== /g, ' === '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ \+ /g, ' - '],
  [/ - /g, ' + '],
  [/ \* /g, ' / '],
  [/ \/ /g, ' * '],
  [/ \+= /g, ' -= '],
  [/ % /g, ' * '],
]
const FOLDERS = ['lib/rules/promql', 'lib/rules/store']
/** Texts for people, types and tables: no operators that count. */
const LEFT_OUT = new Set(['functions.ts', 'expression.ts', 'describe.ts', 'syntax-fault.ts', 'fault.ts', 'value.ts'])

interface Mutant {
  file: string
  line: number
  before: string
  after: string
  text: string
}

// Other work on the machine goes first; the tests inherit it.
setPriority(10)
const root = new URL('../..', import.meta.url).pathname
const copy = mkdtempSync(join(tmpdir(), 'fleetwatch-mutants-'))
try {
  for (const folder of ['lib', 'test/unit/rules', 'test/oracle', 'docs'])
    cpSync(join(root, folder), join(copy, folder), { recursive: true })
  for (const file of ['package.json', 'tsconfig.json', 'vitest.config.ts']) cpSync(join(root, file), join(copy, file))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  if (isNoticed(FOLDERS)) throw new Error('the tests fail without any change')
  const all = FOLDERS.flatMap((folder) => readdirSync(join(root, folder)).flatMap((name) => mutantsOf(folder, name)))
  const mutants = all.filter((_, index) => index % Number(options.every) === Number(options.first))
  const survivors = mutants.filter((mutant, index) => {
    const noticed = tryMutant(mutant)
    process.stderr.write(
      `mutant ${index + 1} of ${mutants.length}: ${mutant.file}:${mutant.line} ${noticed ? 'noticed' : 'NOT NOTICED'}\n`,
    )
    return !noticed
  })
  for (const { file, line, before, after } of survivors) console.log(`${file}:${line}\n  - ${before}\n  + ${after}`)
  printFiles(mutants, survivors)
  const percent = (100 * (mutants.length - survivors.length)) / mutants.length
  console.log(
    JSON.stringify({ mutants: mutants.length, of: all.length, noticedPercent: Math.round(percent * 10) / 10 }),
  )
  process.exitCode = percent < Number(options.least) ? 1 : 0
} finally {
  rmSync(copy, { recursive: true, force: true })
}

function mutantsOf(folder: string, name: string): Mutant[] {
  if (LEFT_OUT.has(name)) return []
  const file = join(folder, name)
  const text = readFileSync(join(root, file), 'utf8')
  return CHANGES.flatMap(([operator, change]) =>
    [...text.matchAll(operator)].flatMap(({ index, 0: found }) => {
      const start = text.lastIndexOf('\n', index) + 1
      const before = text.slice(start, text.indexOf('\n', index))
      // Comments, types and messages hold operators too.
      if (/^\s*(\*|\/\/|\/\*\*|import|export type|type)/.test(before) || /Error\(|Fault\(|[`']/.test(before)) return []
      const mutated = text.slice(0, index) + change + text.slice(index + found.length)
      const after = mutated.slice(start, mutated.indexOf('\n', index))
      return [
        {
          file,
          line: text.slice(0, index).split('\n').length,
          before: before.trim(),
          after: after.trim(),
          text: mutated,
        },
      ]
    }),
  )
}

function tryMutant({ file, text }: Mutant): boolean {
  writeFileSync(join(copy, file), text)
  const own = FOLDERS.filter((folder) => file.startsWith(folder))
  const others = FOLDERS.filter((folder) => !file.startsWith(folder))
  // The tests of the module's own folder notice most; the others run only when those did not.
  const noticed = isNoticed(own) || isNoticed(others)
  cpSync(join(root, file), join(copy, file))
  return noticed
}

/** Whether the unit tests of these source folders fail. Without isolation they load the evaluator once. */
function isNoticed(folders: string[]): boolean {
  const vitest = join(root, 'node_modules', '.bin', 'vitest')
  const tests = folders.map((folder) => folder.replace('lib', 'test/unit'))
  const args = ['run', '--project', 'unit', '--no-isolate', '--bail', '1', ...tests]
  return spawnSync(vitest, args, { cwd: copy, timeout: 60_000, stdio: 'ignore' }).status !== 0
}

/** Noticed mutants of each file: which file needs tests. */
function printFiles(tried: readonly Mutant[], survivors: readonly Mutant[]): void {
  for (const [file, mutants] of Map.groupBy(tried, ({ file }) => file)) {
    const left = survivors.filter((one) => one.file === file).length
    console.log(`${String(mutants.length - left).padStart(4)} of ${String(mutants.length).padStart(3)}  ${file}`)
  }
}
