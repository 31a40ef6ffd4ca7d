import { KafkaError } from '@kafka-ts/protocol'
import type { TopicPartitionOffset } from '../../record.ts'
import type { WorkInHand } from '../work-in-hand.ts'
import { type DoneOffset, lostError } from './offset-committer.ts'
import type { OwnedPartition } from './owned-partition.ts'

/** How far the application is with the partitions of a member: what of what it was given counts as done. */
export class Progress {
  /** What the application has in hand; undefined until it has asked for something. */
  work: WorkInHand | undefined
  readonly #partitions: () => readonly OwnedPartition[]

  constructor(partitions: () => readonly OwnedPartition[]) {
    this.#partitions = partitions
  }

  /** Whether it may still be at work on the partition. */
  isWorkingOn({ state }: OwnedPartition): boolean {
    return state.isLent || (this.work?.isWorkingOn(state) ?? false)
  }

  /** What it has shown to be done. */
  done(partitions = this.#partitions()): DoneOffset[] {
    return partitions.flatMap((owned) => {
      const offset = this.work?.pendingOffset(owned.state) ?? owned.state.position
      return offset === undefined ? [] : [{ owned, offset }]
    })
  }

  /** What it means by a commit without offsets. Throws ILLEGAL_GENERATION when what it has in hand was lost. */
  vouchedFor(): DoneOffset[] {
    if (this.work?.isSequential !== true) return this.done()
    const held = this.work.heldState
    if (held !== undefined && !this.#partitions().some(({ state }) => state === held)) {
      throw lostError([{ topic: held.topic.name, partition: held.partition }])
    }
    return this.#partitions().flatMap((owned) => {
      const { position } = owned.state
      return position === undefined ? [] : [{ owned, offset: position }]
    })
  }

  /** What it names. Throws INVALID_ARGUMENT for what cannot be committed. */
  named(offsets: readonly TopicPartitionOffset[]): DoneOffset[] {
    return offsets.map(({ topic, partition, offset }) => {
      const owned = this.#partitions().find((candidate) => candidate.topic === topic && candidate.partition === partition)
      const subject = `partition ${partition} of topic "${topic}"`
      if (owned === undefined) throw new KafkaError('INVALID_ARGUMENT', `${subject} is not assigned to this consumer.`)
      if (!Number.isSafeInteger(offset) || offset < 0) throw new KafkaError('INVALID_ARGUMENT', `${String(offset)} is not an offset.`)
      if (offset < owned.committedOffset) {
        throw new KafkaError('INVALID_ARGUMENT', `${subject}: ${offset} is below the committed offset ${owned.committedOffset}.`)
      }
      return { owned, offset }
    })
  }
}
