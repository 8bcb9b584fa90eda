import type { Labels } from '../../model/sample.ts'
import { BUILTINS, type TemplateFunction } from './builtins.ts'
import { executeTemplate } from './execute.ts'
import { GoStruct } from './go-value.ts'
import { TemplateSyntaxError } from './lex.ts'
import type { Template } from './nodes.ts'
import { parseTemplate } from './parse.ts'
import { labelMap, prometheusFunctions, type TemplateWorld } from './prometheus-functions.ts'

/** What a label or annotation of an alert is expanded with. */
export interface ExpandContext extends TemplateWorld {
  labels: Labels
  value: number
  externalLabels: Labels
  /** What `$externalURL` gives. */
  externalUrlText: string
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  ...Object.keys(BUILTINS),
  ...Object.keys(prometheusFunctions(undefined)),
])
const VARIABLES = ['$labels', '$externalLabels', '$externalURL', '$value']

const DATA_TYPE =
  'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }'

/** What is wrong with a template, found without data; undefined when it parses. The offset counts characters. */
export function checkTemplate(text: string): { offset: number; message: string } | undefined {
  try {
    parsed(text)
    return undefined
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return { offset: error.offset, message: error.message }
    throw error
  }
}

/** Expands a label's or annotation's template as Prometheus does. Throws when it does not parse or fails on the data. */
export function expandTemplate(text: string, context: ExpandContext): string {
  if (!text.includes('{{')) return text
  const labels = labelMap(context.labels)
  const externalLabels = labelMap(context.externalLabels)
  const { value, externalUrlText } = context
  const data = new GoStruct(DATA_TYPE, {
    Labels: labels,
    ExternalLabels: externalLabels,
    ExternalURL: externalUrlText,
    Value: value,
  })
  const variables = {
    $labels: labels,
    $externalLabels: externalLabels,
    $externalURL: externalUrlText,
    $value: value,
  }
  const functions: Record<string, TemplateFunction> = { ...BUILTINS, ...prometheusFunctions(context) }
  return executeTemplate(parsed(text), data, variables, functions)
}

/** Templates are parsed once per process; rule files bound how many there are, queries inside them do not. */
const cache = new Map<string, Template>()
const MOST_CACHED = 5000

function parsed(text: string): Template {
  const known = cache.get(text)
  if (known) return known
  const template = parseTemplate(text, FUNCTIONS, VARIABLES)
  if (cache.size >= MOST_CACHED) cache.clear()
  cache.set(text, template)
  return template
}
