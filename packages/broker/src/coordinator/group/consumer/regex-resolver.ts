import { KafkaError } from '@kafka-ts/protocol'
import type { ClusterImage } from '../../../controller/cluster-image.ts'
import { isInternalTopic } from '../../../controller/internal-topics.ts'
import { TopicPattern } from './topic-pattern.ts'

/** Expressions that are remembered; beyond that it starts anew. */
const MAX_REMEMBERED = 1000

/** An expression and what it matches. */
interface Resolved {
  /** undefined: it is invalid, and matches nothing. */
  readonly pattern: TopicPattern | undefined
  /** In order. */
  readonly topics: readonly string[]
}

/** Finds the topics that regular expressions match: once for all members and groups that give the same one, and then only among new topics. */
export class RegexResolver {
  #topics: ClusterImage['topics'] = new Map()
  readonly #resolved = new Map<string, Resolved>()

  /** Throws INVALID_REGULAR_EXPRESSION. */
  ensureValid(regex: string, image: ClusterImage): void {
    this.#follow(image)
    if (this.#resolved.get(regex)?.pattern === undefined) this.#remember(regex, new TopicPattern(regex))
  }

  /** Names of the topics that `regex` matches, in order; never an internal one. An invalid one, as another broker may have let in, matches none. */
  topicsOf(regex: string, image: ClusterImage): readonly string[] {
    this.#follow(image)
    const known = this.#resolved.get(regex)
    if (known !== undefined) return known.topics
    try {
      return this.#remember(regex, new TopicPattern(regex))
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      return this.#remember(regex, undefined)
    }
  }

  #remember(regex: string, pattern: TopicPattern | undefined): readonly string[] {
    if (this.#resolved.size >= MAX_REMEMBERED) this.#resolved.clear()
    const topics = matchesAmong(this.#topics.keys(), pattern).sort()
    this.#resolved.set(regex, { pattern, topics })
    return topics
  }

  #follow({ topics }: ClusterImage): void {
    const before = this.#topics
    if (topics === before) return
    this.#topics = topics
    if (this.#resolved.size === 0) return
    const added = [...topics.keys()].filter((topic) => !before.has(topic))
    for (const [regex, { pattern, topics: matches }] of this.#resolved) {
      const kept = matches.filter((topic) => topics.has(topic))
      const next = matchesAmong(added, pattern)
      if (next.length > 0 || kept.length < matches.length) this.#resolved.set(regex, { pattern, topics: [...kept, ...next].sort() })
    }
  }
}

function matchesAmong(topics: Iterable<string>, pattern: TopicPattern | undefined): string[] {
  return pattern === undefined ? [] : [...topics].filter((topic) => !isInternalTopic(topic) && pattern.matches(topic))
}
