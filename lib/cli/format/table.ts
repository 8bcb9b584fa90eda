import { stripVTControlCharacters, styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]

/** One cell: text, and how it is coloured on a terminal. */
export type Cell = string | { text: string; style: Style }

export interface Column {
  title: string
  align?: 'left' | 'right'
}

const GAP = '  '

/**
 * Aligned columns under their titles, without lines. The last column is cut to what `width` leaves; with an infinite
 * width (no terminal) nothing is cut. Colours appear only on a terminal that wants them (NO_COLOR, FORCE_COLOR).
 */
export function formatTable(columns: readonly Column[], rows: readonly Cell[][], width: number): string {
  const texts = rows.map((row) => row.map(plain))
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...texts.map((row) => [...(row[index] ?? '')].length)),
  )
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP.length, 0)
  const last = columns.length - 1
  widths[last] = Math.min(widths[last] ?? 0, Math.max(20, width - before))
  const line = (cells: readonly Cell[]) =>
    cells
      .map((cell, index) => fitted(cell, columns[index]?.align ?? 'left', widths[index] ?? 0, index === last))
      .join(GAP)
      .trimEnd()
  const head = line(columns.map(({ title }) => ({ text: title, style: 'dim' as const })))
  return [head, ...rows.map(line)].join('\n')
}

function fitted(cell: Cell, align: 'left' | 'right', width: number, isLast: boolean): string {
  const characters = [...plain(cell)]
  const text = characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : characters.join('')
  const space = ' '.repeat(Math.max(0, width - [...text].length))
  const styled = typeof cell === 'string' ? text : paint(cell.style, text)
  if (align === 'right') return space + styled
  return isLast ? styled : styled + space
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
