// A member of a classic group with kafkajs. settings.assignor: the name its assignor goes by, so that it can be in a group with other clients.
import kafkajs from 'kafkajs'
import { address, onLeave, settings, tell } from './member.mjs'

const { Kafka, logLevel, PartitionAssigners } = kafkajs
const { topic, groupId, assignor, sessionTimeoutMs, heartbeatIntervalMs, rebalanceTimeoutMs } = settings

/** Deals the partitions of all topics out in turn, under a name that the other clients know it by. */
function namedRoundRobin(options) {
  return { ...PartitionAssigners.roundRobin(options), name: assignor }
}

const kafka = new Kafka({
  brokers: [address],
  clientId: 'kafkajs',
  logLevel: logLevel.ERROR,
  retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 100 },
})
const consumer = kafka.consumer({
  groupId,
  sessionTimeout: sessionTimeoutMs,
  heartbeatInterval: heartbeatIntervalMs,
  rebalanceTimeout: rebalanceTimeoutMs,
  maxWaitTimeInMs: 100,
  ...(assignor === undefined ? {} : { partitionAssigners: [namedRoundRobin] }),
})
consumer.on(consumer.events.REBALANCING, () => tell({ owns: [] }))
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => tell({ owns: payload.memberAssignment[topic] ?? [] }))
onLeave(() => consumer.disconnect())
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({
  autoCommitThreshold: 1,
  eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary, heartbeat, isStale, isRunning }) => {
    if (isStale() || !isRunning()) return
    tell({ partition: batch.partition, worked: batch.messages.map(({ offset }) => Number(offset)) })
    resolveOffset(batch.lastOffset())
    await heartbeat()
    await commitOffsetsIfNecessary()
  },
})
