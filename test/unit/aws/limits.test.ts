import { describe, expect, test } from 'vitest'
import { packTransactions } from '../../../lib/aws/alerts-table.ts'
import { packByBytes } from '../../../lib/aws/notifications-topic.ts'
import type { Notification } from '../../../lib/model/notification.ts'

describe('transactions', () => {
  const group = (size: number) => Array.from({ length: size }, (_, index) => index)

  test.for([
    { groups: [], sizes: [] },
    { groups: [1], sizes: [1] },
    { groups: [100], sizes: [100] },
    { groups: [60, 40], sizes: [100] },
    { groups: [60, 41], sizes: [60, 41] },
    { groups: [1, 99, 1], sizes: [100, 1] },
  ])('$groups', ({ groups, sizes }) => {
    expect(packTransactions(groups.map(group)).map((transaction) => transaction.length)).toEqual(sizes)
  })

  test('a storm of 500 alerts with 4 notifications each is cut between alerts', () => {
    const alerts = Array.from({ length: 500 }, (_, alert) => Array.from({ length: 5 }, () => alert))
    const transactions = packTransactions(alerts)
    expect(Math.max(...transactions.map((transaction) => transaction.length))).toBeLessThanOrEqual(100)
    expect(transactions.flat()).toHaveLength(2500)
    for (const alert of [0, 19, 20, 499]) {
      expect(transactions.filter((transaction) => transaction.includes(alert))).toHaveLength(1)
    }
  })

  test('an alert that alone exceeds the limit is refused with a number', () => {
    expect(() => packTransactions([group(101)])).toThrow('one alert causes 100 notifications; at most 99 fit')
  })
})

describe('SNS batches', () => {
  const notification = (bytes: number) => ({ id: 'x'.repeat(bytes) }) as Notification

  test.for([
    { name: 'at most 10 messages', sizes: Array(11).fill(10), parts: [10, 1] },
    { name: 'at most 256 KiB over all', sizes: [100_000, 100_000, 100_000], parts: [2, 1] },
    { name: 'a large one alone', sizes: [10, 300_000, 10], parts: [1, 1, 1] },
    { name: 'nothing', sizes: [], parts: [] },
  ])('$name', ({ sizes, parts }) => {
    expect(packByBytes(sizes.map(notification)).map((part) => part.length)).toEqual(parts)
  })
})
