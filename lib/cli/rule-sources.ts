import { readFileSync } from 'node:fs'
import type { Problem } from '../model/problem.ts'
import type { SourceFile } from '../rules/load-rules.ts'

/** A file given on the command line, or the problem that it cannot be read. */
export function readSource(path: string): SourceFile | Problem {
  try {
    return { path, text: readFileSync(path, 'utf8') }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'no such file' : String(error)
    return { severity: 'error', file: path, line: 1, column: 1, message: `the file cannot be read: ${reason}` }
  }
}

export function isSource(read: SourceFile | Problem): read is SourceFile {
  return 'text' in read
}
