/** Kafka's numbers of the operations that may be allowed (`AclOperation`). */
const Operation = {
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
} as const

function bitsOf(...operations: readonly number[]): number {
  return operations.reduce((bits, operation) => bits | (1 << operation), 0)
}

/** What there is to do with a topic (KIP-430). As long as nothing is forbidden, everybody may do all of it. */
export const TOPIC_OPERATIONS: number = bitsOf(
  Operation.read,
  Operation.write,
  Operation.create,
  Operation.delete,
  Operation.alter,
  Operation.describe,
  Operation.describeConfigs,
  Operation.alterConfigs,
)

/** What there is to do with the cluster. */
export const CLUSTER_OPERATIONS: number = bitsOf(
  Operation.create,
  Operation.alter,
  Operation.describe,
  Operation.clusterAction,
  Operation.describeConfigs,
  Operation.alterConfigs,
  Operation.idempotentWrite,
)

/** What there is to do with a group. */
export const GROUP_OPERATIONS: number = bitsOf(Operation.read, Operation.delete, Operation.describe)
