/** An amount as people read it: `$1,234.50`; what is more than nothing but below a cent as `<$0.01`. */
export function usd(amount: number): string {
  if (amount > 0 && amount < 0.005) return '<$0.01'
  const text = Math.abs(amount).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return amount <= -0.005 ? `-$${text}` : `$${text}`
}

/** A ratio as people read it: 0.8 → `80 %`. */
export function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`
}
