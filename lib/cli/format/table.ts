import { stripVTControlCharacters, styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]

/** One cell: text, and how it is coloured on a terminal. */
export type Cell = string | { text: string; style: Style }

export interface Column {
  title: string
  align?: 'left' | 'right'
}

const GAP = '  '
/** A terminal so narrow that less is left for the last column is allowed to break its lines itself. */
const NARROWEST_LAST = 20

/**
 * Aligned columns under their titles, without lines. The last column is wrapped to what `width` leaves; with an
 * infinite width (no terminal) it never is. Colours appear only on a terminal that wants them (NO_COLOR, FORCE_COLOR).
 */
export function formatTable(columns: readonly Column[], rows: readonly Cell[][], width: number): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => [...plain(row[index] ?? '')].length)),
  )
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP.length, 0)
  const room = Math.max(NARROWEST_LAST, width - before)
  const line = (row: readonly Cell[]) => {
    const cells = row
      .slice(0, -1)
      .map((cell, index) => fitted(cell, columns[index]?.align ?? 'left', widths[index] ?? 0))
    const last = row.at(-1) ?? ''
    const wrapped = wrap(plain(last), room).map((text) => styled(last, text))
    return [...cells, wrapped.join(`\n${' '.repeat(before)}`)].join(GAP).trimEnd()
  }
  const head = line(columns.map(({ title }) => ({ text: title, style: 'dim' as const })))
  return [head, ...rows.map(line)].join('\n')
}

function fitted(cell: Cell, align: 'left' | 'right', width: number): string {
  const text = plain(cell)
  const space = ' '.repeat(Math.max(0, width - [...text].length))
  return align === 'right' ? space + styled(cell, text) : styled(cell, text) + space
}

function styled(cell: Cell, text: string): string {
  return typeof cell === 'string' ? text : paint(cell.style, text)
}

/** Breaks a text into lines between words; a word longer than a line is broken anywhere. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of text.split(' ').flatMap((long) => pieces(long, width))) {
    const longer = current === '' ? word : `${current} ${word}`
    if ([...longer].length <= width) current = longer
    else {
      lines.push(current)
      current = word
    }
  }
  return [...lines, current]
}

function pieces(word: string, width: number): string[] {
  const characters = [...word]
  if (characters.length <= width) return [word]
  const parts: string[] = []
  for (let from = 0; from < characters.length; from += width) parts.push(characters.slice(from, from + width).join(''))
  return parts
}

/** Text of a cell on one line. What servers send must not steer the terminal: escape sequences are taken out. */
function plain(cell: Cell): string {
  const text = typeof cell === 'string' ? cell : cell.text
  return stripVTControlCharacters(text).replace(/\p{Cc}+/gu, ' ')
}

/** Colours text when standard output is a terminal that wants colours. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout })
}
