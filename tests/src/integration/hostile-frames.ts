import type { SeededRandom } from '@kafka-ts/io/simulated'
import { type AnyApi, type ApiName, type Apis, apis, encodeRequest, type RequestOf } from '@kafka-ts/protocol'
import { RecordBatchBuilder } from '@kafka-ts/protocol/records'

const MAX_GARBAGE_BYTES = 2_048
const MAX_MUTATIONS = 6
const MAX_DEPTH = 100_000
const TIMEOUT_MS = 1_000
const INTERESTING_BYTES = [0x00, 0x01, 0x7f, 0x80, 0x90, 0x91, 0xc0, 0xc1, 0xc6, 0xcb, 0xcf, 0xd3, 0xdb, 0xdd, 0xdf, 0xff]
const INTERESTING_LENGTHS = [0, 1, 4, 8, 2 ** 16, 2 ** 24 - 4, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]

/** A topic that hostile frames may name: nothing in it has to survive. */
export interface Bait {
  readonly name: string
  readonly topicId: Uint8Array
}

/** One good request of every API about the bait, as one buffer each. What would change the cluster is only to be checked. */
export function goodFrames({ name, topicId }: Bait): readonly Uint8Array[] {
  const records = new RecordBatchBuilder({ maxBatchBytes: 4_096 })
  for (let n = 0; n < 10; n++) records.append(Date.now(), `key ${n}`, `value ${n}`, [])
  const batch = records.build()
  const requests: { readonly [Name in ApiName]: RequestOf<Apis[Name]> } = {
    produce: { acks: -1, timeoutMs: TIMEOUT_MS, topics: [{ topicId, partitions: [{ partition: 0, bytes: batch.length }] }] },
    fetch: {
      maxWaitMs: 10,
      minBytes: 1,
      maxBytes: 2 ** 20,
      isolationLevel: 0,
      replicaId: -1,
      topics: [{ topicId, partitions: [{ partition: 0, fetchOffset: 0, maxBytes: 2 ** 16, currentLeaderEpoch: -1 }] }],
    },
    listOffsets: { isolationLevel: 0, topics: [{ topicId, partitions: [{ partition: 0, timestamp: 1, currentLeaderEpoch: -1 }] }] },
    metadata: { topics: null, allowAutoCreate: false },
    offsetCommit: {
      groupId: 'bait',
      memberId: '',
      memberEpoch: -1,
      topics: [{ topicId, partitions: [{ partition: 0, offset: 1, leaderEpoch: -1, metadata: 'm' }] }],
    },
    offsetFetch: {
      groups: [{ groupId: 'bait', memberId: '', memberEpoch: -1, topics: [{ topicId, partitions: [0] }] }],
      requireStable: true,
    },
    findCoordinator: { groupIds: ['bait'] },
    describeGroups: { groupIds: ['bait', 'consumers'] },
    listGroups: { states: ['Stable'], types: [] },
    hello: { clientName: 'fuzz', clientVersion: '1', clientId: 'fuzz' },
    initProducerId: { transactionalId: null, transactionTimeoutMs: TIMEOUT_MS, producerId: -1, producerEpoch: -1 },
    createTopics: {
      topics: [{ name: 'never', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [{ name: 'retention.ms', value: '1' }] }],
      timeoutMs: TIMEOUT_MS,
      validateOnly: true,
    },
    deleteTopics: { topics: [{ name: 'never', topicId: null }], timeoutMs: TIMEOUT_MS },
    deleteRecords: { topics: [{ name, partitions: [{ partition: 0, offset: 1 }] }], timeoutMs: TIMEOUT_MS },
    createPartitions: { topics: [{ name, totalCount: 2, assignments: null }], timeoutMs: TIMEOUT_MS, validateOnly: true },
    describeConfigs: {
      resources: [{ resourceType: 2, resourceName: name, configNames: null }],
      includeDocumentation: true,
    },
    incrementalAlterConfigs: {
      resources: [{ resourceType: 2, resourceName: name, configs: [{ name: 'retention.ms', operation: 0, value: '-1' }] }],
      validateOnly: true,
    },
    deleteGroups: { groupIds: ['never'] },
    offsetDelete: { groupId: 'bait', topics: [{ topicId, partitions: [0] }] },
    consumerGroupHeartbeat: {
      groupId: 'consumers',
      memberId: 'a member',
      memberEpoch: 0,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: TIMEOUT_MS,
      subscribedTopicNames: [name],
      subscribedTopicRegex: null,
      serverAssignor: null,
      ownedPartitions: [],
      maxWaitMs: TIMEOUT_MS,
    },
    describeLogDirs: { topics: null },
    describeCluster: {},
  }
  return (Object.keys(requests) as ApiName[]).map((api, correlationId) =>
    Buffer.concat(
      encodeRequest(apis[api] as AnyApi, {
        version: apis[api].maxVersion,
        correlationId,
        request: requests[api],
        attachments: api === 'produce' ? [batch] : [],
      }),
    ),
  )
}

/** What one hostile client writes behind its preamble. */
export function hostileFrame(random: SeededRandom, good: readonly Uint8Array[]): Uint8Array {
  const kind = random.uint32() % 10
  if (kind === 0) return garbage(random)
  if (kind === 1) return frameOf(deepBody(random))
  if (kind === 2) return withLengths(garbage(random), pick(random, INTERESTING_LENGTHS), pick(random, INTERESTING_LENGTHS))
  const frame = pick(random, good)
  return kind === 3 ? frame : mutated(random, frame, kind < 8)
}

/** Some bytes changed, cut out or put in; with `isFramed` the lengths are made to fit again, so that the body is looked at. */
function mutated(random: SeededRandom, frame: Uint8Array, isFramed: boolean): Uint8Array {
  let body = Buffer.from(frame.subarray(isFramed ? 8 : 0))
  const lengthOfBody = Buffer.from(frame).readUInt32BE(4)
  const before = body.length
  for (let count = 1 + (random.uint32() % MAX_MUTATIONS); count > 0; count--) {
    const at = random.uint32() % (body.length + 1)
    const how = random.uint32() % 4
    if (how === 0 && at < body.length) body[at] = pick(random, INTERESTING_BYTES)
    else if (how === 1 && at < body.length) body[at] = (body[at] as number) ^ (1 << (random.uint32() % 8))
    else if (how === 2) body = Buffer.concat([body.subarray(0, at), body.subarray(at + (random.uint32() % 16))])
    else body = Buffer.concat([body.subarray(0, at), garbage(random).subarray(0, 16), body.subarray(at)])
  }
  if (!isFramed) return body
  const attachments = frame.length - 8 - lengthOfBody
  return withLengths(body, body.length + 4, attachments === 0 ? body.length : Math.max(0, lengthOfBody + body.length - before))
}

/** A request whose fields are nested as deep as the frame has bytes. */
function deepBody(random: SeededRandom): Uint8Array {
  const nest = pick(random, [0x91, 0x81, 0xdd])
  return Buffer.concat([Uint8Array.of(0x94, 3, 0, 1), new Uint8Array(1 + (random.uint32() % MAX_DEPTH)).fill(nest)])
}

function garbage(random: SeededRandom): Buffer {
  return Buffer.from(Array.from({ length: 1 + (random.uint32() % MAX_GARBAGE_BYTES) }, () => random.uint32() & 0xff))
}

function frameOf(body: Uint8Array): Uint8Array {
  return withLengths(body, body.length + 4, body.length)
}

function withLengths(body: Uint8Array, frameLength: number, bodyLength: number): Uint8Array {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(frameLength, 0)
  header.writeUInt32BE(bodyLength, 4)
  return Buffer.concat([header, body])
}

function pick<T>(random: SeededRandom, items: readonly T[]): T {
  return items[random.uint32() % items.length] as T
}
