/** A codec of Kafka's record batches. */
export type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
export const codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/** A record to write. Keys, values and header values are base64, so that they are the same text for every language; null is null. */
export interface RecordToWrite {
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [name: string, value: string | null])[]
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

/** A record as a client read it. */
export interface RecordRead extends RecordToWrite {
  readonly partition: number
  readonly offset: number
}

export interface ProduceRequest {
  readonly topic: string
  readonly partition: number
  readonly codec: Codec
  readonly records: readonly RecordToWrite[]
  readonly idempotent?: boolean
}

export interface ConsumeRequest {
  readonly topic: string
  readonly partitions: readonly number[]
  readonly from: 'start' | 'end' | { readonly timestamp: number }
  /** Ends after so many records, or after a time the client finds long. */
  readonly count: number
}

/** Which protocol a group speaks; `consumer` is KIP-848's. */
export type GroupProtocol = 'classic' | 'consumer'

export interface ConsumeInGroupRequest {
  readonly topic: string
  readonly groupId: string
  readonly protocol: GroupProtocol
  /** Ends after at least so many records, or after a time the client finds long. */
  readonly count: number
}

/** One client behind what the matrix asks of all. A call rejects with what the client said; what a client cannot do is never asked of it. */
export interface InteropClient {
  /** As the client itself tells it. */
  version(): Promise<string>
  createTopic(request: { readonly topic: string; readonly partitions: number }): Promise<void>
  listTopics(): Promise<string[]>
  produce(request: ProduceRequest): Promise<void>
  /** Whatever a group has committed does not matter. */
  consume(request: ConsumeRequest): Promise<RecordRead[]>
  /** As the only member of a group: from where the group is, else from the start. All that it gives is committed, and the member has left. */
  consumeInGroup(request: ConsumeInGroupRequest): Promise<RecordRead[]>
  close(): Promise<void>
}
