import { notFoundError } from '../errors/cli-error.ts'
import type { Session } from '../session.ts'
import { parsePattern } from '../topics/select-topics.ts'

/** The ids as given; with `isRegex` all groups that match one of them, and it is an error if none does. */
export async function selectGroups(session: Session, ids: readonly string[], isRegex: boolean): Promise<string[]> {
  if (!isRegex) return [...new Set(ids)]
  const patterns = ids.map((id) => parsePattern(id, '--regex'))
  const groups = await session.admin('list the groups', (admin, options) => admin.listGroups(options))
  const matching = groups.map((group) => group.groupId).filter((id) => patterns.some((pattern) => pattern.test(id)))
  if (matching.length === 0) throw notFoundError(`No group matches ${ids.join(' or ')}.`, 'kafka-ts groups list')
  return matching.sort()
}
