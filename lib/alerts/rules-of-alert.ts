import type { Alert } from '../model/alert.ts'
import type { Rule, RuleGroup } from '../model/rule.ts'

/** A rule that an alert may come from, with the group it stands in. */
export interface Owner {
  group: RuleGroup
  rule: Rule
}

/**
 * Finds the rules an alert may come from: those with its name whose fixed labels it carries. State is kept by name and
 * labels, not by place, so that a rule may move to another group or file. None: the rule was removed, or its labels
 * were changed.
 */
export function ownerIndex(groups: readonly RuleGroup[]): (alert: Alert) => Owner[] {
  const byName = new Map<string, Owner[]>()
  for (const group of groups) {
    for (const rule of group.rules) {
      if (rule.kind !== 'alerting') continue
      const same = byName.get(rule.name) ?? []
      same.push({ group, rule })
      byName.set(rule.name, same)
    }
  }
  return (alert) =>
    (byName.get(alert.rule) ?? []).filter(({ rule }) =>
      Object.entries(rule.labels).every(
        ([name, value]) => value.includes('{{') || (alert.labels[name] ?? '') === value,
      ),
    )
}
