import { type KafkaError, uuidToString } from '@kafka-ts/protocol'
import type { Cluster } from '../../cluster/cluster.ts'
import { abortedError } from '../../errors.ts'
import type { RecordOf, TopicPartition, TopicPartitionOffset } from '../../record.ts'
import type { TopicLike } from '../../topic.ts'
import type { ConsumerBatch, StartPosition } from '../consumer-types.ts'
import { BatchIterator, type IterationOptions, RecordIterator } from '../record-iterator.ts'
import { DeadLetters } from '../run/dead-letters.ts'
import { HandlerRun } from '../run/handler-run.ts'
import type { RunHandler, RunOptions } from '../run/run-types.ts'
import type { StoredRecord } from '../run/task.ts'
import { resolveGroupConsumerConfig } from './group-consumer-config.ts'
import type { GroupConsumer, GroupConsumerOptions, PartitionLag } from './group-consumer-types.ts'
import { type GroupConsumerEvents, GroupEvents } from './group-events.ts'
import { GroupMember } from './group-member.ts'

/** The consumer with a group: the application's side of a `GroupMember`. Owned by `Kafka`. */
export class GroupPartitionConsumer<T extends TopicLike> implements GroupConsumer<T> {
  readonly group: string
  readonly memberId: string
  readonly #cluster: Cluster
  readonly #member: GroupMember
  readonly #events: GroupEvents
  readonly #deadLetters: DeadLetters
  readonly #closeTimeoutMs: number
  readonly #onClosed: (() => void)[] = []
  #closing: Promise<void> | undefined

  constructor(cluster: Cluster, options: GroupConsumerOptions<T>) {
    const config = resolveGroupConsumerConfig(options)
    this.group = config.group
    this.memberId = uuidToString(cluster.config.doors.random.uuid())
    this.#cluster = cluster
    this.#closeTimeoutMs = config.closeTimeoutMs
    this.#deadLetters = new DeadLetters(cluster)
    this.#events = new GroupEvents((error) => this.#member.fail(error))
    this.#member = new GroupMember({ cluster, config, hooks: options, memberId: this.memberId, events: this.#events })
    if (options.signal !== undefined) this.#closeOnAbort(options.signal)
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<RecordOf<T>> {
    return new RecordIterator(this.#iteration()) as AsyncIterableIterator<RecordOf<T>>
  }

  batches(): AsyncIterableIterator<ConsumerBatch<RecordOf<T>>> {
    return new BatchIterator(this.#iteration()) as AsyncIterableIterator<ConsumerBatch<RecordOf<T>>>
  }

  async run(handler: RunHandler<RecordOf<T>>, options: RunOptions = {}): Promise<void> {
    const { clock, random } = this.#cluster.config.doors
    const member = this.#member
    const { source, subscription } = member.reader
    const run = new HandlerRun({
      handler: handler as RunHandler,
      run: options,
      source,
      subscription,
      clock,
      random,
      start: (work) => member.begin(work),
      signalOf: (state) => member.signalOf(state),
      onSettled: (_, isBatchDone) => member.notifySettled(isBatchDone),
      onFailure: (failure) => this.#events.emit('handlerFailed', failure),
      bury: ({ work: { state }, stored }, error, attempts) => {
        const from = { topic: state.topic.name, partition: state.partition }
        const reason = { group: this.group, error, attempts }
        return this.#deadLetters.write(options.deadLetter as TopicLike, from, stored as StoredRecord, reason)
      },
    })
    await run.run()
  }

  async commit(offsets?: readonly TopicPartitionOffset[]): Promise<void> {
    await this.#member.commit(offsets)
  }

  assignments(): TopicPartition[] {
    return this.#member.reader.assignments()
  }

  seek(partition: TopicPartition, position: StartPosition): void {
    const { reader } = this.#member
    this.#member.withhold(reader.subscription.get(partition))
    reader.seek(partition, position)
  }

  pause(partitions: readonly TopicPartition[] = this.assignments()): void {
    const { reader } = this.#member
    reader.pause(partitions)
    for (const partition of partitions) this.#member.withhold(reader.subscription.get(partition))
  }

  resume(partitions?: readonly TopicPartition[]): void {
    this.#member.reader.resume(partitions)
  }

  position(partition: TopicPartition): number | undefined {
    return this.#member.reader.position(partition)
  }

  lag(): PartitionLag[] {
    return this.#member.lag()
  }

  on<Name extends keyof GroupConsumerEvents>(name: Name, listener: (event: GroupConsumerEvents[Name]) => void): () => void {
    return this.#events.on(name, listener)
  }

  stop(): void {
    this.#member.stop()
  }

  /** Called once, when it is closed for whatever reason. */
  onClose(listener: () => void): void {
    this.#onClosed.push(listener)
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish(this.#member.close(this.#closeTimeoutMs))
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Makes an iteration or run throw the reason, and leaves the group without waiting for anything. Idempotent. */
  closeNow(reason: KafkaError): void {
    this.#closing ??= this.#finish(this.#member.closeNow(reason))
  }

  async #finish(left: Promise<void>): Promise<void> {
    await left
    await this.#deadLetters.close()
    for (const listener of this.#onClosed.splice(0)) listener()
  }

  #iteration(): IterationOptions {
    return { source: this.#member.reader.source, start: (work) => this.#member.begin(work) }
  }

  #closeOnAbort(signal: AbortSignal): void {
    const onAbort = (): void => this.closeNow(abortedError(signal))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    this.#onClosed.push(() => signal.removeEventListener('abort', onAbort))
  }
}
