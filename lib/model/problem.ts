/** One fault in a file a user wrote. Line and column count from 1. */
export interface Problem {
  severity: 'error' | 'warning'
  file: string
  line: number
  column: number
  /** What is wrong, what is expected, and the likely remedy, in one line. */
  message: string
}

/** The line every command and the synth print: `file:line:column: message`. */
export function formatProblem(problem: Problem): string {
  const kind = problem.severity === 'warning' ? 'warning: ' : ''
  return `${problem.file}:${problem.line}:${problem.column}: ${kind}${problem.message}`
}

export function hasErrors(problems: Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error')
}
