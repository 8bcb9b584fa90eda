import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { Alerting } from '../model/alerting.ts'
import { hasErrors, type Problem } from '../model/problem.ts'
import type { RuleGroup } from '../model/rule.ts'
import { checkProbeSettings } from '../probe/check-settings.ts'
import { loadAlerting } from '../routing/load-alerting.ts'
import { LONGEST_RANGE_MS } from '../rules/limits.ts'
import { loadRules, type SourceFile } from '../rules/load-rules.ts'
import { isPreset, PRESETS, readPreset } from '../rules/presets.ts'
import { readYaml, type YamlFile } from './read-yaml.ts'
import { FleetwatchYaml } from './schema.ts'
import { didYouMean } from './suggest.ts'

/** Everything a user configured, validated and in one piece: this is what the functions are bundled with. */
export type Config = Omit<FleetwatchYaml, 'rules' | 'alerting'> & { groups: RuleGroup[]; alerting: Alerting }

/** `config` is absent when any problem is an error. */
export interface LoadedConfig {
  config?: Config
  problems: Problem[]
}

/**
 * Loads fleetwatch.yaml with the rule files and the Alertmanager configuration it names (paths are relative to it).
 * Bad input never throws: each fault is a problem with file, line and column.
 */
export function loadConfig(path: string): LoadedConfig {
  const text = readText(path)
  if (text === undefined) return { problems: [missingFile(path)] }
  const name = displayName(path)
  const file = readYaml(name, text, FleetwatchYaml)
  if (!file.value) return { problems: file.problems }
  const folder = dirname(path)
  const rules = loadRuleFiles(file.value, file, folder)
  const alerting = loadAlertingFile(file.value, file, folder)
  const problems = [...rules.problems, ...alerting.problems, ...checkProbes(file.value, file)]
  if (alerting.alerting) problems.push(...crossCheck(file.value, alerting.alerting, file))
  if (hasErrors(problems) || !alerting.alerting) return { problems }
  const { rules: _rules, alerting: _alerting, ...rest } = file.value
  return { config: { ...rest, groups: rules.groups, alerting: alerting.alerting }, problems }
}

/** `preset:servers` in place of a path: rules that come with fleetwatch. */
const PRESET = 'preset:'

function loadRuleFiles(value: FleetwatchYaml, file: YamlFile<unknown>, folder: string) {
  const problems: Problem[] = []
  const presets: SourceFile[] = []
  const paths = value.rules.flatMap((pattern, index) => {
    if (pattern.startsWith(PRESET)) {
      const name = pattern.slice(PRESET.length)
      if (isPreset(name)) presets.push({ path: pattern, text: readPreset(name) })
      else {
        const message = `there is no preset "${name}"${didYouMean(name, Object.keys(PRESETS))}`
        problems.push(file.problemAt(['rules', index], message))
      }
      return []
    }
    const found = globSync(pattern, { cwd: folder }).sort()
    if (found.length === 0) problems.push(file.problemAt(['rules', index], `no rule file matches "${pattern}"`))
    return found
  })
  const files = [...new Set(paths)].flatMap((path) => {
    const text = readText(join(folder, path))
    return text === undefined ? [] : [{ path: displayName(join(folder, path)), text }]
  })
  const loaded = loadRules([...presets, ...files], { longestRangeMs: LONGEST_RANGE_MS })
  return { groups: loaded.groups, problems: [...problems, ...loaded.problems] }
}

function loadAlertingFile(value: FleetwatchYaml, file: YamlFile<unknown>, folder: string) {
  const path = join(folder, value.alerting)
  const text = readText(path)
  if (text === undefined) {
    return { problems: [file.problemAt(['alerting'], `file "${value.alerting}" cannot be read`)] }
  }
  return loadAlerting({ path: displayName(path), text })
}

/** Expressions, addresses and names in `probe:`, which the schema takes for any text. */
function checkProbes(value: FleetwatchYaml, file: YamlFile<unknown>): Problem[] {
  const sections = [
    { path: ['probe'], settings: value.probe },
    ...value.servers.map(({ probe }, index) => ({ path: ['servers', index, 'probe'], settings: probe ?? {} })),
  ]
  return sections.flatMap(({ path, settings }) =>
    checkProbeSettings(settings).map((fault) => file.problemAt([...path, ...fault.path], fault.message)),
  )
}

/** Names that one file uses and another defines. */
function crossCheck(value: FleetwatchYaml, alerting: Alerting, file: YamlFile<unknown>): Problem[] {
  const problems: Problem[] = []
  const receivers = alerting.receivers.map((receiver) => receiver.name)
  if (value.report && !receivers.includes(value.report.receiver)) {
    const { receiver } = value.report
    problems.push(
      file.problemAt(['report', 'receiver'], `unknown receiver "${receiver}"${didYouMean(receiver, receivers)}`),
    )
  }
  const seen = new Map<string, number>()
  for (const [index, { name }] of value.servers.entries()) {
    if (seen.has(name)) problems.push(file.problemAt(['servers', index, 'name'], `server "${name}" is named twice`))
    seen.set(name, index)
  }
  const budgets = new Set<string>()
  for (const [index, { name }] of value.budgets.entries()) {
    if (budgets.has(name)) problems.push(file.problemAt(['budgets', index, 'name'], `budget "${name}" is named twice`))
    budgets.add(name)
  }
  return problems
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function missingFile(path: string): Problem {
  const message = `the file cannot be read; copy ${basename('fleetwatch.yaml')} from the repository, or name yours with -c config=FILE`
  return { severity: 'error', file: displayName(path), line: 1, column: 1, message }
}

function displayName(path: string): string {
  const fromHere = relative(process.cwd(), resolve(path))
  return fromHere.startsWith('..') ? path : fromHere
}
