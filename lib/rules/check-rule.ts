import type { YamlFile } from '../config/read-yaml.ts'
import type { Problem } from '../model/problem.ts'
import type { KnownSeries } from './known-series.ts'
import type { RuleLimits } from './load-rules.ts'
import type { WrittenRule } from './rule-file.ts'

export function checkRule(_w: WrittenRule, _y: YamlFile<unknown>, _k: KnownSeries, _l: RuleLimits): Problem[] {
  return []
}
