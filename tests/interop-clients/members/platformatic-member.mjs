// A member of a group with @platformatic/kafka, of either protocol.
import { Consumer } from '@platformatic/kafka'
import { address, onLeave, settings, tell } from './member.mjs'

const { topic, groupId, protocol, sessionTimeoutMs, heartbeatIntervalMs, rebalanceTimeoutMs } = settings
const COMMIT_INTERVAL_MS = 50

const consumer = new Consumer({
  clientId: 'platformatic',
  bootstrapBrokers: [address],
  groupId,
  autocommit: false,
  maxWaitTime: 100,
  retries: 100,
  retryDelay: 200,
  groupProtocol: protocol,
  // With the new protocol the broker says how long sessions are; the client checks these against each other all the same.
  sessionTimeout: sessionTimeoutMs,
  heartbeatInterval: heartbeatIntervalMs,
  rebalanceTimeout: rebalanceTimeoutMs,
})
/** Since which join each partition has been this member's without a break. */
let ownedSince = new Map()
let joins = 0
/** Nothing is committed then: what is refused for its generation the client commits again in the next one, where the partition may be somebody else's. */
let isRejoining = false
/** What is to be committed of each partition: it only rises while the partition is this member's. */
let next = new Map()

function own(partitions) {
  joins++
  isRejoining = false
  const kept = new Map(partitions.map((partition) => [partition, ownedSince.get(partition) ?? joins]))
  next = new Map([...next].filter(([partition]) => ownedSince.has(partition) && kept.has(partition)))
  ownedSince = kept
  tell({ owns: partitions, memberId: consumer.memberId })
}

// It says when it joins and when it loses something, but with the new protocol not when it is given more: so what it sets is watched.
let { assignments } = consumer
Object.defineProperty(consumer, 'assignments', {
  get: () => assignments,
  set: (assigned) => {
    assignments = assigned
    own((assigned ?? []).flatMap((one) => (one.topic === topic ? one.partitions : [])))
  },
})
if (protocol === 'classic') {
  consumer.on('consumer:group:rebalance', () => {
    isRejoining = true
    tell({ owns: [] })
  })
}
const stream = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest' })
/** The join that was the last when each message came: a message may lie in the stream while its partition goes and comes back. */
const arrivedAfter = new WeakMap()
const push = stream.push.bind(stream)
stream.push = (message) => {
  if (message !== null) arrivedAfter.set(message, joins)
  return push(message)
}

async function commit() {
  if (next.size === 0 || isRejoining) return
  const offsets = Array.from(next, ([partition, offset]) => ({ topic, partition, offset, leaderEpoch: 0 }))
  next = new Map()
  await consumer.commit({ offsets })
}

/** What fails here has been lost to another member, or is committed with what comes next. */
const committing = setInterval(() => commit().catch((error) => process.stderr.write(`commit: ${error?.message}\n`)), COMMIT_INTERVAL_MS)
onLeave(async () => {
  clearInterval(committing)
  await stream.close()
  await commit()
  await consumer.close()
})
for await (const message of stream) {
  const { partition, offset } = message
  const since = ownedSince.get(partition)
  if (since === undefined || arrivedAfter.get(message) < since) continue
  tell({ partition, worked: [Number(offset)] })
  if (offset + 1n > (next.get(partition) ?? 0n)) next.set(partition, offset + 1n)
}
