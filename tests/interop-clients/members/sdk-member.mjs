// A member of a KIP-848 group with the SDK of this repository, through the native door.
import { Kafka } from '@kafka-ts/client'
import { address, onLeave, settings, tell } from './member.mjs'

const { topic, groupId, rebalanceTimeoutMs } = settings
const COMMIT_INTERVAL_MS = 50

const kafka = new Kafka({ brokers: [address], clientId: 'sdk' })
const owned = new Set()

function own(change, partitions) {
  for (const { partition } of partitions) owned[change](partition)
  tell({ owns: [...owned], memberId: consumer.memberId })
}

const consumer = kafka.consumer({
  group: groupId,
  topics: [topic],
  from: 'earliest',
  commitIntervalMs: COMMIT_INTERVAL_MS,
  rebalanceTimeoutMs,
  fetchMaxWaitMs: 100,
  onAssigned: (partitions) => own('add', partitions),
  onRevoked: (partitions) => own('delete', partitions),
  onLost: (partitions) => own('delete', partitions),
})
onLeave(() => kafka.close())
for await (const batch of consumer.batches()) {
  const worked = []
  for (const { offset } of batch) worked.push(offset)
  tell({ partition: batch.partition, worked })
}
