import { KafkaError } from '@kafka-ts/protocol'
import type { ClusterImage } from '../../../controller/cluster-image.ts'
import { isInternalTopic } from '../../../controller/internal-topics.ts'
import { TopicPattern } from './topic-pattern.ts'

/** Expressions whose topics are remembered; beyond that it starts anew. */
const MAX_REMEMBERED = 1000

/** Finds the topics that regular expressions match, once for all members and groups that give the same one. */
export class RegexResolver {
  #topics: ClusterImage['topics'] | undefined
  readonly #matches = new Map<string, readonly string[]>()

  /** Throws INVALID_REGULAR_EXPRESSION. */
  ensureValid(regex: string, image: ClusterImage): void {
    this.#forgetOld(image)
    if (!this.#matches.has(regex)) this.#matches.set(regex, matchesOf(new TopicPattern(regex), image))
  }

  /** Names of the topics that `regex` matches, in order; never an internal one. An invalid one, as another broker may have let in, matches none. */
  topicsOf(regex: string, image: ClusterImage): readonly string[] {
    try {
      this.ensureValid(regex, image)
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      this.#matches.set(regex, [])
    }
    return this.#matches.get(regex) ?? []
  }

  #forgetOld({ topics }: ClusterImage): void {
    if (topics !== this.#topics || this.#matches.size >= MAX_REMEMBERED) this.#matches.clear()
    this.#topics = topics
  }
}

function matchesOf(pattern: TopicPattern, { topics }: ClusterImage): readonly string[] {
  return [...topics.keys()].filter((topic) => !isInternalTopic(topic) && pattern.matches(topic)).sort()
}
