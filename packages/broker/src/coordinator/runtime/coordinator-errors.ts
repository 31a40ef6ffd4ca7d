import { type ErrorName, errorName, KafkaError } from '@kafka-ts/protocol'
import type { AppendOutcome } from '../../partition/ack-queue.ts'

/** What those who wait for an append hear when it failed: mostly to try again (as Kafka's `CoordinatorRuntime` translates them). */
export function appendError({ errorCode, errorMessage }: AppendOutcome): KafkaError {
  return new KafkaError(toErrorName(errorName(errorCode)), errorMessage)
}

function toErrorName(name: ErrorName): ErrorName {
  switch (name) {
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return 'INVALID_COMMIT_OFFSET_SIZE'
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'NOT_LEADER_OR_FOLLOWER':
      return 'NOT_COORDINATOR'
    default:
      return 'COORDINATOR_NOT_AVAILABLE'
  }
}
