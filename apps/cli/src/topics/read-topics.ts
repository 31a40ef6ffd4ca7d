import type { TopicDescription, TopicListing } from '@kafka-ts/client'
import type { Session } from '../session.ts'

/** The topics that `isWanted`, described, by name; those that were deleted since they were listed are not worth an error. */
export async function readTopics(session: Session, isWanted: (topic: TopicListing) => boolean): Promise<TopicDescription[]> {
  const listed = await session.admin('list the topics', (admin, options) => admin.listTopics({ ...options, includeInternal: true }))
  return describeExisting(
    session,
    listed
      .filter(isWanted)
      .map((topic) => topic.name)
      .sort(),
  )
}

/** Descriptions of the topics that are there. */
export async function describeExisting(session: Session, names: readonly string[]): Promise<TopicDescription[]> {
  if (names.length === 0) return []
  const outcomes = await session.admin('describe the topics', (admin, options) => admin.describeTopics(names, options))
  const described: TopicDescription[] = []
  for (const outcome of outcomes) {
    if (outcome.error === undefined) described.push(outcome.description)
    else if (outcome.error.code !== 'UNKNOWN_TOPIC_OR_PARTITION') throw session.explain(outcome.error, `describe topic ${outcome.topic}`)
  }
  return described
}

/** Descriptions of topics that were named: one that is missing is an error. */
export async function describeNamed(session: Session, names: readonly string[]): Promise<TopicDescription[]> {
  const outcomes = await session.admin('describe the topics', (admin, options) => admin.describeTopics(names, options))
  return outcomes.map((outcome) => {
    if (outcome.error !== undefined) throw session.explain(outcome.error, `describe topic ${outcome.topic}`)
    return outcome.description
  })
}

/** One config of many topics, by topic; a topic that is gone by now is left out. */
export async function readTopicConfig(session: Session, topics: readonly string[], name: string): Promise<Map<string, string>> {
  if (topics.length === 0) return new Map()
  const resources = topics.map((topic) => ({ type: 'topic' as const, name: topic }))
  const outcomes = await session.admin('read the configs', (admin, options) =>
    admin.describeConfigs(resources, { ...options, names: [name] }),
  )
  return new Map(
    outcomes.flatMap((outcome): [string, string][] => {
      const value = outcome.configs?.find((entry) => entry.name === name)?.value
      return value == null ? [] : [[outcome.resource.name, value]]
    }),
  )
}

/** `min.insync.replicas` of each topic, as a number. */
export async function readMinIsr(session: Session, topics: readonly string[]): Promise<Map<string, number>> {
  const configs = await readTopicConfig(session, topics, 'min.insync.replicas')
  return new Map([...configs].map(([topic, value]) => [topic, Number(value)]))
}
