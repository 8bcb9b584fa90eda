/** What the user gave cannot be used; the message says what to give instead. Exit code 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
