import * as z from 'zod'
import { readYaml, type YamlFile } from '../config/read-yaml.ts'
import { didYouMean } from '../config/suggest.ts'
import { parseDuration } from '../model/duration.ts'
import type { Problem } from '../model/problem.ts'
import type { Rule, RuleGroup } from '../model/rule.ts'

type Path = readonly (string | number)[]

/** A rule as it stands in a file, with the way to it, so that later checks can point at it. */
export interface WrittenRule {
  rule: Rule
  /** Leads to the rule's map. */
  path: Path
  /** Key of the expression: `expr`, or `condition` in the short form. */
  exprKey: 'expr' | 'condition'
}

/** A rule file read but for its expressions and templates. */
export interface RuleFile {
  yaml: YamlFile<unknown>
  groups: { group: RuleGroup; rules: WrittenRule[] }[]
  problems: Problem[]
}

const text = z.string().nullish()
const texts = z.record(z.string(), z.string().nullable()).nullish()
const duration = z
  .string()
  .nullish()
  .transform((written, context) => {
    const durationMs = parseDuration(written ?? '0')
    if (durationMs !== undefined) return durationMs
    context.addIssue({ code: 'custom', message: `expected a duration such as 30s, 5m or 1h30m, got "${written}"` })
    return z.NEVER
  })
const limit = z
  .string()
  .regex(/^[+-]?\d+$/, 'expected a whole number')
  .nullish()
  .transform((written) => Number(written ?? 0))

const RuleMap = z.looseObject({
  record: text,
  alert: text,
  expr: text,
  for: duration,
  keep_firing_for: duration,
  labels: texts,
  annotations: texts,
})
const GroupMap = z.looseObject({
  name: text,
  interval: duration,
  query_offset: duration,
  limit,
  labels: texts,
  rules: z.array(RuleMap).nullish(),
})
/** The short form, one alert each, without groups. */
const AlertMap = z.looseObject({ name: text, condition: text, for: duration, labels: texts, annotations: texts })
const FileMap = z.looseObject({ groups: z.array(GroupMap).nullish(), alerts: z.array(AlertMap).nullish() })

/**
 * Reads a Prometheus rule file, or the short form `alerts:`. Refused is what Prometheus refuses; the problem names what
 * was expected. Expressions and templates are left to checkRule.
 */
export function readRuleFile(path: string, source: string): RuleFile {
  const yaml = readYaml(path, source, FileMap, { scalars: 'text' })
  const file = yaml.value
  if (!file) return { yaml, groups: [], problems: yaml.problems }
  const problems = unknownKeys(yaml, [], file, Object.keys(FileMap.shape))
  const named = new Set<string>()
  const groups = (file.groups ?? []).map((written, index) => {
    const at: Path = ['groups', index]
    problems.push(...checkGroup(yaml, at, written, named))
    const rules = (written.rules ?? []).map((rule, position) => {
      const ruleAt: Path = [...at, 'rules', position]
      problems.push(...checkShape(yaml, ruleAt, rule))
      return toRule(yaml, ruleAt, rule, clean(written.labels))
    })
    return { group: toGroup(path, written, rules), rules }
  })
  if (file.alerts) {
    const rules = file.alerts.map((written, index) => {
      const at: Path = ['alerts', index]
      problems.push(...checkAlert(yaml, at, written))
      const { name, condition, ...rest } = written
      return { ...toRule(yaml, at, { ...rest, alert: name, expr: condition }, {}), exprKey: 'condition' as const }
    })
    groups.push({ group: toGroup(path, { name: 'alerts' }, rules), rules })
  }
  return { yaml, groups, problems }
}

type WrittenGroup = Partial<z.infer<typeof GroupMap>>
type WrittenMap = Partial<z.infer<typeof RuleMap>>

function toGroup(file: string, written: WrittenGroup, rules: WrittenRule[]): RuleGroup {
  return {
    file,
    name: written.name ?? '',
    ...(written.interval ? { intervalMs: written.interval } : {}),
    queryOffsetMs: written.query_offset ?? 0,
    limit: written.limit ?? 0,
    labels: clean(written.labels),
    rules: rules.map(({ rule }) => rule),
  }
}

function toRule(yaml: YamlFile<unknown>, path: Path, written: WrittenMap, groupLabels: Rule['labels']): WrittenRule {
  return {
    path,
    exprKey: 'expr',
    rule: {
      kind: written.record ? 'recording' : 'alerting',
      name: written.record || written.alert || '',
      expr: written.expr ?? '',
      forMs: written.for ?? 0,
      keepFiringForMs: written.keep_firing_for ?? 0,
      labels: { ...groupLabels, ...clean(written.labels) },
      annotations: clean(written.annotations),
      line: yaml.positionOf(path).line,
    },
  }
}

function clean(written: Record<string, string | null> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(written ?? {}).map(([name, value]) => [name, value ?? '']))
}

function checkGroup(yaml: YamlFile<unknown>, at: Path, group: WrittenGroup, named: Set<string>): Problem[] {
  const problems = unknownKeys(yaml, at, group, Object.keys(GroupMap.shape))
  if (!group.name) problems.push(yaml.problemAt(at, 'a group needs a name: add "name:" with a text that is not empty'))
  else if (named.has(group.name)) {
    problems.push(
      yaml.problemAt([...at, 'name'], `group name "${group.name}" stands twice in this file; names must differ`),
    )
  }
  named.add(group.name ?? '')
  return [...problems, ...labelNames(yaml, [...at, 'labels'], group.labels)]
}

/** What a rule may hold, whichever kind it is (Prometheus, model/rulefmt). */
function checkShape(yaml: YamlFile<unknown>, at: Path, rule: WrittenMap): Problem[] {
  const problems = unknownKeys(yaml, at, rule, Object.keys(RuleMap.shape))
  const say = (path: Path, message: string) => problems.push(yaml.problemAt([...at, ...path], message))
  if (rule.record && rule.alert) say(['alert'], 'only one of "record" and "alert" may be set')
  if (!rule.record && !rule.alert) say([], 'expected "alert:" or "record:" with a name')
  if (!rule.expr) say([], 'expected "expr:" with a PromQL expression')
  if (rule.record) {
    for (const key of ['for', 'keep_firing_for', 'annotations'] as const) {
      const isSet = key === 'annotations' ? Object.keys(rule.annotations ?? {}).length > 0 : rule[key]
      if (isSet) say([key], `a recording rule has no "${key}"; only alerts do`)
    }
    if (/[{}]/.test(rule.record)) {
      say(['record'], `"${rule.record}" is no series name: braces belong into "expr", fixed labels into "labels"`)
    }
  }
  return [...problems, ...mapNames(yaml, at, rule)]
}

function checkAlert(yaml: YamlFile<unknown>, at: Path, alert: z.infer<typeof AlertMap>): Problem[] {
  const problems = unknownKeys(yaml, at, alert, Object.keys(AlertMap.shape))
  if (!alert.name) problems.push(yaml.problemAt(at, 'expected "name:" with the name of the alert'))
  if (!alert.condition) problems.push(yaml.problemAt(at, 'expected "condition:" with a PromQL expression'))
  return [...problems, ...mapNames(yaml, at, alert)]
}

function mapNames(yaml: YamlFile<unknown>, at: Path, rule: Pick<WrittenMap, 'labels' | 'annotations'>): Problem[] {
  return [
    ...labelNames(yaml, [...at, 'labels'], rule.labels),
    ...('' in (rule.annotations ?? {})
      ? [yaml.problemAt([...at, 'annotations', ''], 'an annotation needs a name that is not empty')]
      : []),
  ]
}

/** Prometheus 3 takes any text as a label name, but for none and that of the metric. */
function labelNames(yaml: YamlFile<unknown>, at: Path, labels: WrittenMap['labels']): Problem[] {
  return Object.keys(labels ?? {})
    .filter((name) => name === '' || name === '__name__')
    .map((name) => yaml.problemAt([...at, name], `"${name}" cannot be a label name here`))
}

/** Keys nobody knows. The usual mistake is a wrong indentation, so the message says where such a key belongs. */
function unknownKeys(yaml: YamlFile<unknown>, at: Path, map: object, known: string[]): Problem[] {
  return Object.entries(map)
    .filter(([key]) => !known.includes(key))
    .map(([key, value]) => yaml.problemAt([...at, key], `unknown key "${key}"${remedy(key, value, map, known)}`))
}

const RULE_KEYS = Object.keys(RuleMap.shape)

function remedy(key: string, value: unknown, map: object, known: string[]): string {
  const inRule = known.includes('annotations')
  if (!inRule && RULE_KEYS.includes(key)) {
    const place = known.includes('rules') ? 'a rule' : 'a rule of a group'
    return `; it belongs to ${place}: indent it as deep as the rule's "expr"`
  }
  const suggestion = didYouMean(key, known)
  if (suggestion.includes('did you mean') || !inRule || typeof value !== 'string') return suggestion
  const empty = (['labels', 'annotations'] as const).find((name) => name in map && Reflect.get(map, name) === null)
  if (empty) return `; if it is one of the ${empty}, indent it deeper than "${empty}:"`
  const place = /summary|description|runbook|dashboard|message|title/i.test(key) ? 'annotations' : 'labels'
  return `; if it is meant as one of the ${place}, put it under "${place}:"`
}
