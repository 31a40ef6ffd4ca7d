import { KafkaError } from '@kafka-ts/protocol'
import type { BrokerCore } from '../core.ts'
import { GROUP_METADATA_TOPIC, internalTopic } from './internal-topics.ts'
import { topicNameProblem } from './topic-names.ts'

/**
 * Makes the topics of `names` that are not there, with the broker's defaults, if `auto.create.topics.enable` allows it. One that cannot be
 * made stays what it is: unknown, or badly named.
 */
export async function createMissingTopics(core: BrokerCore, names: readonly string[]): Promise<void> {
  if (!core.config.values['auto.create.topics.enable']) return
  for (const name of names) {
    if (core.controller.image.topics.has(name) || topicNameProblem(name) !== undefined) continue
    try {
      const plain = { name, partitions: -1, replicationFactor: -1, overrides: {} }
      const topic = name === GROUP_METADATA_TOPIC ? internalTopic(name, core.config) : plain
      await core.controller.createTopic(topic, { validateOnly: false })
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      if (error.code !== 'TOPIC_ALREADY_EXISTS')
        core.logger.warn({ err: error, topic: name }, 'could not create a topic that was asked for')
    }
  }
}
