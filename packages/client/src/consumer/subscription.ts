import { KafkaError } from '@kafka-ts/protocol'
import type { TopicPartition } from '../record.ts'
import { type AnyTopic, resolveTopic, type TopicLike } from '../topic.ts'
import { checkStart } from './consumer-config.ts'
import type { Assignment, StartPosition } from './consumer-types.ts'
import { PartitionState } from './partition-state.ts'

/**
 * The partitions a consumer reads, and the line of those that have something to give. Everything that changes either goes through here, so that
 * the count of buffered bytes holds.
 */
export class Subscription {
  readonly #states = new Map<string, PartitionState>()
  /** The same as a list, made when it is asked for: it is gone through for every batch. */
  #list: readonly PartitionState[] | undefined
  #line: PartitionState[] = []
  #bufferedBytes = 0

  /** Bytes fetched and not yet read. */
  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  states(): readonly PartitionState[] {
    this.#list ??= [...this.#states.values()]
    return this.#list
  }

  find({ topic, partition }: TopicPartition): PartitionState | undefined {
    return this.#states.get(stateKey(topic, partition))
  }

  /** As `find`; throws INVALID_ARGUMENT for a partition that is not read. */
  get(partition: TopicPartition): PartitionState {
    const state = this.find(partition)
    if (state !== undefined) return state
    throw new KafkaError(
      'INVALID_ARGUMENT',
      `partition ${partition.partition} of topic "${partition.topic}" is not assigned to this consumer.`,
    )
  }

  /** Reads exactly these. Partitions that stay keep position and buffer unless they are told where to begin. */
  replace(assignments: readonly Assignment<TopicLike>[], from: StartPosition): void {
    const wanted = new Map(assignments.map((assignment) => [assignmentKey(assignment), assignment]))
    for (const [key, state] of this.#states) if (!wanted.has(key)) this.remove(state)
    for (const assignment of wanted.values()) {
      const topic = resolveTopic(assignment.topic)
      const state = this.#states.get(stateKey(topic.name, assignment.partition))
      if (state === undefined) this.add(topic, assignment.partition, assignment.from ?? from)
      else if (assignment.from !== undefined) this.move(state, assignment.from)
    }
  }

  add(topic: AnyTopic, partition: number, start: StartPosition): PartitionState {
    if (!Number.isInteger(partition) || partition < 0) throw new KafkaError('INVALID_ARGUMENT', `${String(partition)} is not a partition.`)
    const state = new PartitionState(topic, partition, checkStart(start))
    this.#states.set(stateKey(topic.name, partition), state)
    this.#list = undefined
    return state
  }

  /** Reads it no more; what was fetched of it is dropped. */
  remove(state: PartitionState): void {
    this.#bufferedBytes -= state.moveTo('latest')
    state.isRemoved = true
    this.#states.delete(stateKey(state.topic.name, state.partition))
    this.#list = undefined
  }

  move(state: PartitionState, start: StartPosition): void {
    this.#bufferedBytes -= state.moveTo(checkStart(start))
  }

  /** Drops all that was fetched of a partition and fetches it again. */
  refetch(state: PartitionState): void {
    this.#bufferedBytes -= state.refetch()
  }

  /** Drops what is buffered of held partitions, which nobody will read soon; they fetch it again once they are resumed. */
  reclaimHeld(): void {
    for (const state of this.states()) if (state.isHeld && !state.isLent && state.bufferedBytes > 0) this.refetch(state)
  }

  /** Accounts for a chunk, which `add` puts behind those of its partition. */
  buffer(state: PartitionState, add: () => void): void {
    const before = state.bufferedBytes
    add()
    this.#bufferedBytes += state.bufferedBytes - before
    this.enqueue(state)
  }

  /** The first chunk of the partition has been read. */
  dropChunk(state: PartitionState): void {
    this.#bufferedBytes -= state.dropChunk()
  }

  /** Puts a partition that has something to give at the end of the line, if it is not in it. One that is lent comes back when it is returned. */
  enqueue(state: PartitionState): void {
    if (state.isQueued || state.isHeld || state.isLent || !state.hasBuffered) return
    state.isQueued = true
    this.#line.push(state)
  }

  /** The first of the line, taken out of it. Held and emptied ones are passed over; `enqueue` brings them back. */
  nextReady(): PartitionState | undefined {
    for (let state = this.#line.shift(); state !== undefined; state = this.#line.shift()) {
      state.isQueued = false
      const isStillRead = this.#states.get(stateKey(state.topic.name, state.partition)) === state
      if (isStillRead && !state.isHeld && state.hasBuffered) return state
    }
    return undefined
  }

  /** Forgets everything. */
  clear(): void {
    this.replace([], 'latest')
    this.#line = []
  }
}

function stateKey(topic: string, partition: number): string {
  return `${partition} ${topic}`
}

function assignmentKey({ topic, partition }: Assignment<TopicLike>): string {
  return stateKey(resolveTopic(topic).name, partition)
}
