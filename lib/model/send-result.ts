/**
 * What became of one attempt to send. `retry` is worth another attempt, after `afterMs` where the other side named a
 * time; `refused` will not get better by itself. Reasons are for people and never hold a secret or a secret URL.
 */
export type SendResult =
  | { outcome: 'delivered' }
  | { outcome: 'retry'; reason: string; afterMs?: number }
  | { outcome: 'refused'; reason: string }
