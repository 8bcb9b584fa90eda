import type { Labels, Sample } from '../../model/sample.ts'
import { printLabels } from '../promql/labels.ts'
import { formatFloat } from '../templates/format-float.ts'

interface AlertText {
  labels: Labels
  annotations: Labels
}

/** What differs between the expected and the firing alerts, in any order; undefined: nothing. */
export function compareAlerts(expected: readonly AlertText[], got: readonly AlertText[]): string | undefined {
  const wanted = expected.map(alertKey).sort()
  const found = got.map(alertKey).sort()
  if (JSON.stringify(wanted) === JSON.stringify(found)) return undefined
  const shown = (alerts: readonly AlertText[]) =>
    alerts.length === 0
      ? ' nothing'
      : alerts
          .toSorted((a, b) => (alertKey(a) < alertKey(b) ? -1 : 1))
          .map(({ labels, annotations }) => `\n  ${printLabels(labels)}\n    annotations ${printLabels(annotations)}`)
          .join('')
  return `exp:${shown(expected)}\ngot:${shown(got)}`
}

/** Labels with an empty value count: an expected `team: ""` is not met by a missing one. */
function alertKey({ labels, annotations }: AlertText): string {
  const sorted = (texts: Labels) => Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([sorted(labels), sorted(annotations)])
}

/** What differs between expected and computed samples, in any order; undefined: nothing. NaN equals nothing. */
export function compareSamples(
  expected: readonly Sample[],
  got: readonly Sample[],
  fuzzy: boolean,
): string | undefined {
  const [wanted, found] = [expected, got].map((samples) =>
    samples.toSorted((a, b) => compareTexts(printLabels(a.labels), printLabels(b.labels))),
  ) as [Sample[], Sample[]]
  const isSame =
    wanted.length === found.length &&
    wanted.every((sample, index) => {
      const other = found[index]
      return (
        other && printLabels(sample.labels) === printLabels(other.labels) && isEqual(sample.value, other.value, fuzzy)
      )
    })
  if (isSame) return undefined
  const shown = (samples: readonly Sample[]) =>
    samples.length === 0
      ? ' nothing'
      : samples.map(({ labels, value }) => `\n  ${printLabels(labels)} ${formatFloat(value, 'g', -1)}`).join('')
  return `exp:${shown(wanted)}\ngot:${shown(found)}`
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** Fuzzy: next neighbours among the floats count as equal. */
function isEqual(a: number, b: number, fuzzy: boolean): boolean {
  if (a === b) return true
  return fuzzy && Number.isFinite(a) && Number.isFinite(b) && distance(a, b) <= 1n
}

/** Number of floats from one value to the other. */
function distance(a: number, b: number): bigint {
  const [first, second] = [a, b].map(ordinal) as [bigint, bigint]
  return first > second ? first - second : second - first
}

/** Position of a float in the order of all floats; both zeros are at 0. */
function ordinal(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigInt64(0)
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits
}
