import { expect, test } from 'vitest'
import { GrowingTimes, HeldSeries } from '../../../../lib/rules/store/held-series.ts'

/** 300 numbers in an order that jumps: 7 and 300 share no divisor, so each comes once. */
const JUMPING = Array.from({ length: 300 }, (_, index) => (index * 7) % 300)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

test.for([7, 8, 9, 72, 73, 108, 109, 300])('%d times in order, each twice', (count) => {
  const times = new GrowingTimes()
  for (const time of upTo(count)) expect([times.add(time), times.add(time)]).toEqual([true, false])
  expect([...times.view()]).toEqual(upTo(count))
  expect(times.count).toBe(count)
})

test('times in any order, dropped from the start while more come', () => {
  const times = new GrowingTimes()
  for (const time of JUMPING) times.add(time)
  expect([...times.view()]).toEqual(upTo(300))
  times.dropUntil(99)
  expect([...times.view()]).toEqual(upTo(300).slice(100))
  for (let time = 300; time < 900; time++) {
    times.add(time)
    times.dropUntil(time - 10)
    expect([...times.view()]).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((back) => time - back))
  }
  times.dropUntil(5000)
  expect(times.count).toBe(0)
  expect(times.add(4)).toBe(true)
  expect([...times.view()]).toEqual([4])
})

test('a late time among dropped ones goes in at its place', () => {
  const times = new GrowingTimes()
  for (const time of [10, 20, 30, 40]) times.add(time)
  times.dropUntil(20)
  expect([times.add(35), times.add(35), times.add(30), times.add(25)]).toEqual([true, false, false, true])
  expect([...times.view()]).toEqual([25, 30, 35, 40])
})

const read = (series: HeldSeries) => {
  const { timestamps, values } = series.read()
  return [...timestamps].map((time, index) => [time, values[index]])
}
const seriesOf = () => new HeldSeries({ __name__: 'x' }, { times: new GrowingTimes() })

test.for([1, 71, 72, 73, 108, 109, 162, 163, 300])('%d samples in order', (count) => {
  const series = seriesOf()
  for (const time of upTo(count)) series.add(time, time * 2)
  expect(read(series)).toEqual(upTo(count).map((time) => [time, time * 2]))
  expect([series.firstMs, series.lastMs, series.isEmpty]).toEqual([0, count - 1, false])
})

test('samples in any order; of two with one time the first stays', () => {
  const series = seriesOf()
  for (const time of JUMPING) {
    series.add(time, time * 2)
    series.add(time, -1)
  }
  expect(read(series)).toEqual(upTo(300).map((time) => [time, time * 2]))
})

test.for([1, 8, 9, 10, 40, 64, 71, 100])('a window of %d samples that moves on for long', (size) => {
  const series = seriesOf()
  for (let time = 0; time < 600; time++) {
    series.add(time, time * 2)
    series.dropUntil(time - size)
    const held = upTo(time + 1).slice(-size)
    expect(series.firstMs).toBe(held[0])
    expect(series.lastMs).toBe(time)
    if (time % 20 === 0) expect(read(series)).toEqual(held.map((one) => [one, one * 2]))
  }
})

test('late samples after some were dropped, until there is no room left', () => {
  const series = seriesOf()
  for (let time = 0; time < 144; time += 2) series.add(time, time)
  series.dropUntil(20)
  for (let time = 23; time < 144; time += 2) series.add(time, time)
  expect(read(series)).toEqual(upTo(122).map((index) => [index + 22, index + 22]))
})

test('an empty series has no first and no last sample', () => {
  const series = seriesOf()
  expect([series.firstMs, series.lastMs, series.isEmpty]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    true,
  ])
  series.add(5, 1)
  series.dropUntil(4)
  expect(series.isEmpty).toBe(false)
  series.dropUntil(5)
  expect(series.isEmpty).toBe(true)
  expect(read(series)).toEqual([])
})

test('a series read before is seen as it is now', () => {
  const series = seriesOf()
  series.add(1, 1)
  expect(read(series)).toEqual([[1, 1]])
  series.add(2, 2)
  expect(read(series)).toHaveLength(2)
  series.dropUntil(1)
  expect(read(series)).toEqual([[2, 2]])
  series.target.times.add(3)
  expect(read(series)).toEqual([
    [2, 2],
    [3, Number.NaN],
  ])
})
