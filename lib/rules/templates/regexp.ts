import { RE2JS } from 're2js'

/** Go's regexp.MatchString: whether the pattern occurs anywhere. RE2, so time is linear in the text. */
export function matchString(pattern: string, text: string): boolean {
  return RE2JS.compile(pattern).matcher(text).find()
}

/** Go's Regexp.ReplaceAllString: `$1`, `${1}` and `${name}` in the replacement are groups, `$$` is a dollar. */
export function replaceAll(pattern: string, replacement: string, text: string): string {
  const matcher = RE2JS.compile(pattern).matcher(text)
  const names = matcher.namedGroups as Record<string, number>
  const group = (name: string): string => {
    const number = /^\d+$/.test(name) ? Number(name) : names[name]
    return number === undefined || number > matcher.groupCount() ? '' : (matcher.group(number) ?? '')
  }
  let result = ''
  let position = 0
  while (matcher.find()) {
    // An empty match right behind the last one does not count.
    if (matcher.end() === position && matcher.start() > 0) continue
    result += text.slice(position, matcher.start())
    result += replacement.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, plain, braced) =>
      whole === '$$' ? '$' : group(plain ?? braced),
    )
    position = matcher.end()
  }
  return result + text.slice(position)
}
