import { array, type Infer, int32, struct, uuid } from '../schema.ts'
import { MAX_PARTITIONS, MAX_TOPICS } from './limits.ts'

/** Partitions by topic, as assignments name them. */
export const topicPartitions = array(struct({ topicId: uuid, partitions: array(int32, MAX_PARTITIONS) }), MAX_TOPICS)

export type TopicPartitions = Infer<typeof topicPartitions>
