import type { Labels, Sample } from '../model/sample.ts'

/** One label set for which an alerting rule's condition holds now. Labels include `alertname`; templates are expanded. */
export interface ActiveAlert {
  group: string
  rule: string
  labels: Labels
  annotations: Labels
  value: number
  forMs: number
  keepFiringForMs: number
}

export interface RuleFailure {
  group: string
  rule: string
  message: string
}

/** What one evaluation of all rules found. */
export interface Evaluation {
  active: ActiveAlert[]
  /** Samples of recording rules, to be kept at the evaluation's time. */
  recorded: Sample[]
  failures: RuleFailure[]
}
