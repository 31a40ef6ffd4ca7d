// A member of a classic group with kafkajs. settings.assignor: the name its assignor goes by, so that it can be in a group with other clients.
import kafkajs from 'kafkajs'
import { address, onLeave, settings, tell } from './member.mjs'

const { Kafka, logLevel, PartitionAssigners } = kafkajs
const RESTART_PAUSE_MS = 200
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
let consumer
let isLeaving = false

async function start() {
  const starting = kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatIntervalMs,
    rebalanceTimeout: rebalanceTimeoutMs,
    maxWaitTimeInMs: 100,
    ...(assignor === undefined ? {} : { partitionAssigners: [namedRoundRobin] }),
  })
  consumer = starting
  starting.on(starting.events.REBALANCING, () => tell({ owns: [] }))
  starting.on(starting.events.GROUP_JOIN, ({ payload }) =>
    tell({ owns: payload.memberAssignment[topic] ?? [], memberId: payload.memberId }),
  )
  // It gives up for good when its connection breaks while it looks for its coordinator: then it is for the application to begin again.
  starting.on(starting.events.CRASH, ({ payload }) => {
    tell({ owns: [] })
    if (!payload.restart && !isLeaving) setTimeout(start, RESTART_PAUSE_MS)
  })
  await starting.connect()
  await starting.subscribe({ topic, fromBeginning: true })
  await starting.run({ autoCommitThreshold: 1, eachBatch: work })
}

async function work({ batch, resolveOffset, commitOffsetsIfNecessary, heartbeat, isStale, isRunning }) {
  if (isStale() || !isRunning()) return
  tell({ partition: batch.partition, worked: batch.messages.map(({ offset }) => Number(offset)) })
  resolveOffset(batch.lastOffset())
  await heartbeat()
  await commitOffsetsIfNecessary()
}

onLeave(() => {
  isLeaving = true
  return consumer.disconnect()
})
await start()
