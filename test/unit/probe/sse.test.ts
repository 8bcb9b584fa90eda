import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSseParser } from '../../../lib/probe/sse.ts'

const parse = (chunks: string[]) => {
  const parser = createSseParser()
  return chunks.flatMap((chunk) => parser.push(chunk))
}

test.for<[name: string, chunks: string[], data: string[]]>([
  ['one event', ['data: a\n\n'], ['a']],
  ['several lines of data', ['data: a\ndata: b\n\n'], ['a\nb']],
  ['CRLF cut in two inside an event', ['data: a\r', '\ndata: b\r', '\n\r', '\n'], ['a\nb']],
  ['CR alone', ['data: a\rdata: b\r\r'], ['a\nb']],
  ['only the first space is dropped', ['data:  a\ndata:b\n\n'], [' a\nb']],
  ['comments, ids and empty data', [':x\nid: 1\ndata:\n\ndata: a\n\n'], ['a']],
  ['a byte order mark', ['\uFEFFdata: a\n\n'], ['a']],
  ['an unfinished event', ['data: a\n'], []],
  ['nothing', ['', '\n', '\r\n'], []],
])('%s', ([, chunks, data]) => {
  expect(parse(chunks).map((event) => event.data)).toEqual(data)
})

test('the name of an event ends with it', () => {
  expect(parse(['event: endpoint\ndata: /x\n\ndata: y\n\n']).map(({ event }) => event)).toEqual(['endpoint', 'message'])
})

test('however a stream is cut, its events are the same', () => {
  const piece = fc.constantFrom(
    'data: a',
    'data:',
    ':c',
    'event: e',
    'id: 1',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    '\r\r',
    '\r\n\r\n',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(40), { maxLength: 10 }), (pieces, cuts) => {
      const whole = pieces.join('')
      const ends = [...new Set([0, ...cuts.map((cut) => Math.min(cut, whole.length)), whole.length])].sort(
        (a, b) => a - b,
      )
      const chunks = ends.slice(1).map((end, index) => whole.slice(ends[index], end))
      expect(parse(chunks)).toEqual(parse([whole]))
    }),
    { numRuns: 1000 },
  )
})
