/** Examples that end a command's help, one per line: the command and what it is for. */
export function examples(lines: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  return ['', 'Examples:', ...lines.map(([command, what]) => `  $ ${command.padEnd(width)}  ${what}`)].join('\n')
}

export const JSON_OPTION = ['--json', 'print JSON for programs instead of text for people'] as const
