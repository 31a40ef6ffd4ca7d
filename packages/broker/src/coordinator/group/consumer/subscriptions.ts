import type { ConsumerMemberMetadata } from '../records/consumer-records.ts'

/** What the members of a group are subscribed to, all together: counted, so that a member that comes or goes costs only its own topics. */
export class Subscriptions {
  readonly #names = new Map<string, number>()
  readonly #regexes = new Map<string, number>()
  readonly #assignors = new Map<string, number>()

  add({ subscribedTopicNames, subscribedTopicRegex, serverAssignor }: ConsumerMemberMetadata): void {
    for (const name of subscribedTopicNames) count(this.#names, name, 1)
    if (subscribedTopicRegex !== null) count(this.#regexes, subscribedTopicRegex, 1)
    if (serverAssignor !== null) count(this.#assignors, serverAssignor, 1)
  }

  remove({ subscribedTopicNames, subscribedTopicRegex, serverAssignor }: ConsumerMemberMetadata): void {
    for (const name of subscribedTopicNames) count(this.#names, name, -1)
    if (subscribedTopicRegex !== null) count(this.#regexes, subscribedTopicRegex, -1)
    if (serverAssignor !== null) count(this.#assignors, serverAssignor, -1)
  }

  /** Topics that somebody named. */
  names(): Iterable<string> {
    return this.#names.keys()
  }

  hasName(topic: string): boolean {
    return this.#names.has(topic)
  }

  get hasRegex(): boolean {
    return this.#regexes.size > 0
  }

  /** Regular expressions that somebody gave. */
  regexes(): Iterable<string> {
    return this.#regexes.keys()
  }

  /** The one of `supported` that most members ask for; undefined: nobody asks for any. */
  preferredAssignor<Name extends string>(supported: readonly Name[]): Name | undefined {
    let preferred: Name | undefined
    let most = 0
    for (const name of supported) {
      const votes = this.#assignors.get(name) ?? 0
      if (votes <= most) continue
      preferred = name
      most = votes
    }
    return preferred
  }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  const next = (counts.get(key) ?? 0) + by
  if (next === 0) counts.delete(key)
  else counts.set(key, next)
}
