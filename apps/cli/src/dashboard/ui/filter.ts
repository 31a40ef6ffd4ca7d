/** A filter as it was typed: a regular expression without regard to case; with `!` in front, what it does not match. */
export interface Filter {
  readonly matches: (text: string) => boolean
  /** It is not a regular expression, and is looked for as it stands. */
  readonly isLiteral: boolean
}

/** Reads a filter; '' matches all. */
export function parseFilter(typed: string): Filter {
  const isInverted = typed.startsWith('!')
  const pattern = isInverted ? typed.slice(1) : typed
  if (pattern === '') return { matches: () => true, isLiteral: false }
  const expression = toRegExp(pattern)
  const finds =
    expression === undefined
      ? (text: string) => text.toLowerCase().includes(pattern.toLowerCase())
      : (text: string) => expression.test(text)
  return { matches: (text) => finds(text) !== isInverted, isLiteral: expression === undefined }
}

function toRegExp(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'i')
  } catch {
    return undefined
  }
}
