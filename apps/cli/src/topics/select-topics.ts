import { notFoundError, usageError } from '../errors/cli-error.ts'
import type { Session } from '../session.ts'

/** A regular expression a user typed. */
export function parsePattern(pattern: string, flag: string): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch (error) {
    throw usageError(`${flag}: ${pattern} is not a regular expression: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Turns `orders-*` into an expression; everything but `*` and `?` stands for itself. */
export function globToRegExp(glob: string): RegExp {
  const source = [...glob].map((character) =>
    character === '*' ? '.*' : character === '?' ? '.' : character.replace(/[\\^$.|+()[\]{}]/, '\\$&'),
  )
  return new RegExp(`^${source.join('')}$`, 'u')
}

/** The names as given; with `isRegex` all topics that match one of them, and it is an error if none does. */
export async function selectTopics(session: Session, names: readonly string[], isRegex: boolean): Promise<string[]> {
  if (!isRegex) return [...new Set(names)]
  const patterns = names.map((name) => parsePattern(name, '--regex'))
  const topics = await session.admin('list the topics', (admin, options) => admin.listTopics(options))
  const matching = topics.map((topic) => topic.name).filter((name) => patterns.some((pattern) => pattern.test(name)))
  if (matching.length === 0) throw notFoundError(`No topic matches ${names.join(' or ')}.`, 'kafka-ts topics list')
  return matching.sort()
}
