import type { Address } from '@kafka-ts/io'
import {
  type AnyApi,
  apis,
  type ConsumerGroupHeartbeatResponse,
  decodeResponse,
  encodeRequest,
  type Frame,
  FrameDecoder,
  JOIN_GROUP_EPOCH,
  openResponse,
  PREAMBLE,
  type RequestOf,
  type ResponseOf,
} from '@kafka-ts/protocol'
import { RawStream } from '../raw-stream.ts'

const REBALANCE_TIMEOUT_MS = 60_000

/** A native connection with nothing but what its members need: many of them in one process cost far less than consumers do. */
export class RawMembers {
  readonly #stream: RawStream<Frame>
  readonly #pending = new Map<number, (frame: Frame) => void>()
  #nextCorrelationId = 0
  #isClosed = false

  private constructor(stream: RawStream<Frame>) {
    this.#stream = stream
    stream.onFrame((frame) => {
      const { correlationId } = openResponse(frame)
      this.#pending.get(correlationId)?.(frame)
      this.#pending.delete(correlationId)
    })
    stream.write(PREAMBLE)
  }

  static async connect(address: Address): Promise<RawMembers> {
    const members = new RawMembers(await RawStream.connect(address, new FrameDecoder()))
    await members.request(apis.hello, { clientName: 'bench', clientVersion: '0', clientId: 'bench' })
    return members
  }

  request<A extends AnyApi>(api: A, request: RequestOf<A>): Promise<ResponseOf<A>> {
    const correlationId = this.#nextCorrelationId++
    const version = api.maxVersion
    return new Promise((resolve, reject) => {
      this.#pending.set(correlationId, (frame) => {
        const { error, fields } = openResponse(frame)
        if (error === undefined) resolve(decodeResponse(api, version, fields))
        else reject(error)
      })
      this.#stream.write(...encodeRequest(api, { version, correlationId, request }))
    })
  }

  /** Joins a group alone, has its partition, and heartbeats from then on. */
  async join(groupId: string, topic: string): Promise<RawMember> {
    const memberId = `member-of-${groupId}`
    const nothing = { groupId, memberId, instanceId: null, rackId: null, subscribedTopicRegex: null, serverAssignor: null }
    const joined = await this.request(apis.consumerGroupHeartbeat, {
      ...nothing,
      memberEpoch: JOIN_GROUP_EPOCH,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      subscribedTopicNames: [topic],
      ownedPartitions: [],
      maxWaitMs: 0,
    })
    const [assigned] = joined.assignment ?? []
    if (assigned === undefined) throw new Error(`the member of ${groupId} was assigned nothing`)
    const stay = { ...nothing, rebalanceTimeoutMs: -1, subscribedTopicNames: null }
    void this.#heartbeat({ ...stay, memberEpoch: joined.memberEpoch, ownedPartitions: null, maxWaitMs: joined.heartbeatIntervalMs })
    return new RawMember(this, { groupId, memberId, memberEpoch: joined.memberEpoch, topicId: assigned.topicId })
  }

  close(): void {
    this.#isClosed = true
    this.#stream.close()
  }

  /** One is parked at all times, as a consumer's. */
  async #heartbeat(request: RequestOf<typeof apis.consumerGroupHeartbeat>): Promise<void> {
    while (!this.#isClosed) {
      const response: ConsumerGroupHeartbeatResponse = await this.request(apis.consumerGroupHeartbeat, request)
      if (response.memberEpoch !== request.memberEpoch) throw new Error(`the group ${request.groupId} has changed`)
    }
  }
}

interface MemberOf {
  readonly groupId: string
  readonly memberId: string
  readonly memberEpoch: number
  readonly topicId: Uint8Array
}

/** The one member of a group, which has partition 0. */
export class RawMember {
  readonly #connection: RawMembers
  readonly #of: MemberOf

  constructor(connection: RawMembers, of: MemberOf) {
    this.#connection = connection
    this.#of = of
  }

  async commit(offset: number): Promise<void> {
    const { groupId, memberId, memberEpoch, topicId } = this.#of
    const topics = [{ topicId, partitions: [{ partition: 0, offset, leaderEpoch: -1, metadata: '' }] }]
    const response = await this.#connection.request(apis.offsetCommit, { groupId, memberId, memberEpoch, topics })
    const code = response.topics[0]?.partitions[0]?.errorCode
    if (code !== 0) throw new Error(`a commit of ${groupId} was refused with ${code}`)
  }
}
