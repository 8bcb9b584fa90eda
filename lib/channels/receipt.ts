/** What was delivered, for people who ask later. */
export interface Receipt {
  notification: string
  channel: string
  receiver: string
  integration: string
  status: string
  groupKey: string
  deliveredAt: string
}
