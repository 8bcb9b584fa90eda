export interface RuleGroup {
  name: string
}
