import { parseDuration } from '../../model/duration.ts'
import type { Labels, Sample } from '../../model/sample.ts'
import { type Parameter, queryEscape, type TemplateFunction } from './builtins.ts'
import { GoMap, type GoValue, isSample, sampleValue } from './go-value.ts'
import { stripDomain, stripPort } from './host-port.ts'
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
  toDuration,
  toTime,
} from './humanize.ts'
import { matchString, replaceAll } from './regexp.ts'

/** What templates can ask for beyond the alert itself. */
export interface TemplateWorld {
  now: Date
  /** Base of links; without one `externalURL` and `pathPrefix` fail, as in promtool. */
  externalUrl?: string
  /** An instant query at the time of the evaluation. */
  query(text: string): readonly Sample[]
}

type World = TemplateWorld | undefined

const of =
  (...parameters: Parameter[]) =>
  (call: (...values: GoValue[]) => GoValue): TemplateFunction => ({ parameters, call })
const text = (call: (...texts: string[]) => string | boolean | number, count = 1): TemplateFunction => ({
  parameters: Array.from({ length: count }, () => 'string' as const),
  call: (...values) => call(...values.map(String)),
})

/** Prometheus' own template functions (Prometheus documentation, "Template reference"). */
export function prometheusFunctions(world: World): Readonly<Record<string, TemplateFunction>> {
  return {
    query: of('string')((query) =>
      (world?.query(String(query)) ?? []).map((one) => sampleValue(one.labels, one.value)),
    ),
    first: of('vector')((vector) => {
      const [first] = vector as GoValue[]
      if (first === undefined) throw new Error('first() called on vector with no elements')
      return first
    }),
    label: of('string', 'sample')((name, sample) => labelOf(sample, String(name))),
    value: of('sample')((sample) => (isSample(sample) ? sample.fields.Value : undefined)),
    strvalue: of('sample')((sample) => labelOf(sample, '__value__')),
    sortByLabel: of('string', 'vector')((name, vector) => sortByLabel(String(name), vector as GoValue[])),
    args: {
      parameters: [],
      rest: 'any',
      call: (...values) =>
        new GoMap(
          values.map((value, index) => [`arg${index}`, value] as const),
          'any',
        ),
    },
    reReplaceAll: text((pattern = '', replacement = '', subject = '') => replaceAll(pattern, replacement, subject), 3),
    match: text((pattern = '', subject = '') => matchString(pattern, subject), 2),
    safeHtml: text((html = '') => html),
    title: text((words = '') => title(words)),
    toUpper: text((words = '') => byCharacter(words, (one) => one.toUpperCase())),
    toLower: text((words = '') => byCharacter(words, (one) => one.toLowerCase())),
    graphLink: text((expression = '') => `/graph?g0.expr=${queryEscape(expression)}&g0.tab=0`),
    tableLink: text((expression = '') => `/graph?g0.expr=${queryEscape(expression)}&g0.tab=1`),
    urlQueryEscape: text((plain = '') => queryEscape(plain)),
    stripPort: text((host = '') => stripPort(host)),
    stripDomain: text((host = '') => stripDomain(host)),
    humanize: of('any')(humanize),
    humanize1024: of('any')(humanize1024),
    humanizeDuration: of('any')(humanizeDuration),
    humanizePercentage: of('any')(humanizePercentage),
    humanizeTimestamp: of('any')(humanizeTimestamp),
    toTime: of('any')(toTime),
    toDuration: of('any')(toDuration),
    parseDuration: text((duration = '') => secondsOf(duration)),
    now: of()(() => (world?.now.getTime() ?? 0) / 1000),
    externalURL: of()(() => urlOf(world)),
    pathPrefix: of()(() => new URL(urlOf(world)).pathname.replace(/^\/$/, urlOf(world).endsWith('/') ? '/' : '')),
  }
}

function labelOf(sample: GoValue, name: string): string {
  const labels = isSample(sample) ? sample.fields.Labels : undefined
  return labels instanceof GoMap ? String(labels.get(name)) : ''
}

/** Stable, by bytes; it sorts the vector itself, which later uses of the same variable see. */
function sortByLabel(name: string, vector: GoValue[]): GoValue[] {
  return vector.sort((a, b) => Buffer.compare(Buffer.from(labelOf(a, name)), Buffer.from(labelOf(b, name))))
}

function secondsOf(text: string): number {
  const isNegative = text.startsWith('-')
  const durationMs = parseDuration(isNegative ? text.slice(1) : text)
  if (durationMs === undefined) {
    throw new Error(text === '' ? 'empty duration string' : `not a valid duration string: ${JSON.stringify(text)}`)
  }
  return (isNegative ? -durationMs : durationMs) / 1000
}

function urlOf(world: World): string {
  if (world?.externalUrl === undefined) throw new Error('the external URL is not known here')
  return world.externalUrl
}

const WORDS = new Intl.Segmenter('en', { granularity: 'word' })

/** The first letter of each word in upper case, the others as they are. */
function title(words: string): string {
  return [...WORDS.segment(words)]
    .map(({ segment }) => segment.replace(/\p{L}/u, (letter) => byCharacter(letter, (one) => one.toUpperCase())))
    .join('')
}

/** One character for one, as Go's case mapping does: ß stays, where JavaScript makes it SS. */
function byCharacter(words: string, map: (one: string) => string): string {
  return [...words]
    .map((one) => {
      const mapped = map(one)
      return [...mapped].length === 1 ? mapped : one
    })
    .join('')
}

export const labelMap = (labels: Labels): GoMap => new GoMap(Object.entries(labels), 'string')
