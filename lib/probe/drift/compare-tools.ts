import type { ToolChange, ToolPrint, ToolSet } from '../../model/drift.ts'
import { loosenedOutputs, type Narrowing, narrowedInputs } from './compare-schemas.ts'

/**
 * What changed between two sets of tools and whom it concerns: a removed tool, an input that accepts less, an output that
 * promises less is breaking; a new tool or a wider input is info; anything in titles, descriptions and hints is text,
 * since a model acts on it. Where schemas were too large to keep, a change counts as breaking.
 */
export function compareTools(before: ToolSet, after: ToolSet): ToolChange[] {
  if (before.hash === after.hash && before.textHash === after.textHash) return []
  if (!before.tools || !after.tools) {
    const what = `${before.count} tools became ${after.count}; there are too many to keep the details`
    return [{ tool: '*', severity: before.hash === after.hash ? 'text' : 'breaking', what }]
  }
  const old = byName(before.tools)
  const current = byName(after.tools)
  return [
    ...[...old.values()].flatMap((tool): ToolChange[] => {
      const now = current.get(tool.name)
      return now ? compareTool(tool, now) : [{ tool: tool.name, severity: 'breaking', what: 'is gone' }]
    }),
    ...[...current.values()]
      .filter(({ name }) => !old.has(name))
      .map(({ name }): ToolChange => ({ tool: name, severity: 'info', what: 'is new' })),
  ]
}

function compareTool(before: ToolPrint, after: ToolPrint): ToolChange[] {
  const tool = before.name
  const text: ToolChange[] =
    before.textHash === after.textHash
      ? []
      : [{ tool, severity: 'text', what: 'its title, description or hints are worded differently' }]
  if (before.hash === after.hash) return text
  if (before.schemasLeftOut || after.schemasLeftOut) {
    return [{ tool, severity: 'breaking', what: 'its schema changed; it is too large to say how' }, ...text]
  }
  const breaking = [...breakingInputs(before, after), ...breakingOutputs(before, after)]
  const changes: ToolChange[] =
    breaking.length > 0
      ? breaking.map((what) => ({ tool, severity: 'breaking', what }))
      : [{ tool, severity: 'info', what: 'its schema changed; calls that worked still do' }]
  return [...changes, ...text]
}

function breakingInputs(before: ToolPrint, after: ToolPrint): string[] {
  return narrowedInputs(before.input, after.input).map(({ kind, path, detail }) => {
    const what = path === '' ? 'its input' : `its argument "${path}"`
    return `${what} ${INPUT_WORDS[kind](detail)}`
  })
}

const INPUT_WORDS: Record<Narrowing['kind'], (detail: string) => string> = {
  required: () => 'is required now',
  removed: () => 'is gone',
  type: (detail) => `no longer takes ${detail}`,
  enum: (detail) => `no longer takes ${detail}`,
  bound: (detail) => `has a tighter ${detail}`,
  closed: () => 'takes no further properties',
  other: (detail) => `changed in a way that may refuse calls (${detail})`,
}

/** Tighter bounds on a result harm no caller; only what it can no longer rely on does. */
function breakingOutputs(before: ToolPrint, after: ToolPrint): string[] {
  if (before.output === undefined) return []
  if (after.output === undefined) return ['no longer declares its output']
  return loosenedOutputs(before.output, after.output).flatMap(({ kind, path, detail }) => {
    const what = path === '' ? 'its output' : `its output "${path}"`
    if (kind === 'removed') return `${what} is gone`
    if (kind === 'required') return `${what} may be left out now`
    return kind === 'type' ? `${what} may now be ${detail}` : []
  })
}

/** A name listed twice is one tool to a caller: the first. */
function byName(tools: readonly ToolPrint[]): Map<string, ToolPrint> {
  const map = new Map<string, ToolPrint>()
  for (const tool of tools) if (!map.has(tool.name)) map.set(tool.name, tool)
  return map
}
