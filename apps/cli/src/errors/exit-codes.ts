import type { KafkaErrorCode } from '@kafka-ts/client'

/** What each exit code of the command means; scripts rely on them. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  notFound: 3,
  denied: 4,
  unreachable: 5,
  partial: 6,
  conflict: 7,
  checkFailed: 8,
  declined: 9,
  interrupted: 130,
  terminated: 143,
} as const

/** One of `EXIT`. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const CODES: Readonly<Partial<Record<KafkaErrorCode, ExitCode>>> = {
  UNKNOWN_TOPIC_OR_PARTITION: EXIT.notFound,
  UNKNOWN_TOPIC_ID: EXIT.notFound,
  GROUP_ID_NOT_FOUND: EXIT.notFound,
  RESOURCE_NOT_FOUND: EXIT.notFound,
  BROKER_ID_NOT_REGISTERED: EXIT.notFound,
  TRANSACTIONAL_ID_NOT_FOUND: EXIT.notFound,
  LOG_DIR_NOT_FOUND: EXIT.notFound,

  TOPIC_AUTHORIZATION_FAILED: EXIT.denied,
  GROUP_AUTHORIZATION_FAILED: EXIT.denied,
  CLUSTER_AUTHORIZATION_FAILED: EXIT.denied,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: EXIT.denied,
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: EXIT.denied,
  SASL_AUTHENTICATION_FAILED: EXIT.denied,
  UNSUPPORTED_SASL_MECHANISM: EXIT.denied,
  ILLEGAL_SASL_STATE: EXIT.denied,

  DISCONNECTED: EXIT.unreachable,
  TIMED_OUT: EXIT.unreachable,
  REQUEST_TIMED_OUT: EXIT.unreachable,
  NETWORK_EXCEPTION: EXIT.unreachable,
  BROKER_NOT_AVAILABLE: EXIT.unreachable,
  LEADER_NOT_AVAILABLE: EXIT.unreachable,
  COORDINATOR_NOT_AVAILABLE: EXIT.unreachable,
  BUFFER_EXHAUSTED: EXIT.unreachable,

  TOPIC_ALREADY_EXISTS: EXIT.conflict,
  DUPLICATE_RESOURCE: EXIT.conflict,
  NON_EMPTY_GROUP: EXIT.conflict,
  UNKNOWN_MEMBER_ID: EXIT.conflict,
  GROUP_SUBSCRIBED_TO_TOPIC: EXIT.conflict,
  REBALANCE_IN_PROGRESS: EXIT.conflict,
  REASSIGNMENT_IN_PROGRESS: EXIT.conflict,
  CONCURRENT_TRANSACTIONS: EXIT.conflict,

  INVALID_ARGUMENT: EXIT.usage,
  INVALID_CONFIG: EXIT.usage,
  INVALID_PARTITIONS: EXIT.usage,
  INVALID_REPLICATION_FACTOR: EXIT.usage,
  INVALID_REPLICA_ASSIGNMENT: EXIT.usage,
  INVALID_REQUEST: EXIT.usage,
  INVALID_REQUIRED_ACKS: EXIT.usage,
  INVALID_TOPIC_EXCEPTION: EXIT.usage,
  OFFSET_OUT_OF_RANGE: EXIT.usage,
}

/** The exit code for an error of the platform. */
export function exitCodeOf(code: KafkaErrorCode): ExitCode {
  return CODES[code] ?? EXIT.unexpected
}
