import type { ProducerStamp } from '@kafka-ts/protocol/records'
import { sequenceAfter, sequenceDistance } from '@kafka-ts/protocol/records'
import type { ProducerBatch } from './producer-batch.ts'

/** Who a producer is to the brokers. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/**
 * The sequence numbers of one partition. Each partition goes through its own epochs of the producer's id: brokers compare them per partition.
 *
 * What was sent keeps its sequence as long as it may have been written. A sequence that is given up, because its batch is, leaves a gap over which
 * the broker takes nothing: if it was surely not written, what follows moves up or goes to a new epoch; if that is not known, what follows first
 * learns its own outcome, and then a new epoch begins (KIP-360).
 */
export class PartitionSequences {
  #identity: ProducerIdentity | undefined
  #next = 0
  #isEpochNeeded = true
  #isIdLost = false
  #isEstablished = false
  /** The first sequence that surely was not written and will not be sent again under this stamp. */
  #gapAt: number | undefined
  /** The last sequence that may have been written, of a batch that is given up. */
  #doubtAt: number | undefined

  /** undefined before the first epoch. */
  get identity(): ProducerIdentity | undefined {
    return this.#identity
  }

  /** No batch gets a sequence before the next epoch, which begins when all that have one have an outcome. */
  get isEpochNeeded(): boolean {
    return this.#isEpochNeeded
  }

  /** The broker does not take the id any more. */
  get isIdLost(): boolean {
    return this.#isIdLost
  }

  /**
   * The partition has taken a batch of this epoch, and so takes none out of order. Of a producer it does not know a broker takes any sequence: before
   * the first one is acknowledged, the second must not be under way.
   */
  get isEstablished(): boolean {
    return this.#isEstablished
  }

  get isAssigning(): boolean {
    return !this.#isEpochNeeded && this.#doubtAt === undefined && this.#gapAt === undefined
  }

  begin(identity: ProducerIdentity): void {
    this.#identity = identity
    this.#next = 0
    this.#isEpochNeeded = false
    this.#isIdLost = false
    this.#isEstablished = false
    this.#gapAt = undefined
    this.#doubtAt = undefined
  }

  /** The stamp of the next batch. */
  assign(recordCount: number): ProducerStamp {
    const { producerId, producerEpoch } = this.#identity as ProducerIdentity
    const stamp = { producerId, producerEpoch, baseSequence: this.#next }
    this.#next = sequenceAfter(this.#next, recordCount)
    return stamp
  }

  /** A batch was written, and so was everything before it. */
  acknowledge({ stamp }: ProducerBatch): void {
    if (stamp === undefined) return
    this.#isEstablished = true
    if (this.#doubtAt !== undefined && sequenceDistance(this.#doubtAt, stamp.baseSequence) > 0) this.#doubtAt = undefined
  }

  /** A batch will not be sent again. */
  giveUp({ stamp, isUncertain }: ProducerBatch): void {
    if (stamp === undefined) return
    const { baseSequence } = stamp
    if (isUncertain) {
      if (this.#doubtAt === undefined || sequenceDistance(this.#doubtAt, baseSequence) > 0) this.#doubtAt = baseSequence
    } else if (this.#gapAt === undefined || sequenceDistance(baseSequence, this.#gapAt) > 0) {
      this.#gapAt = baseSequence
    }
  }

  /** The broker does not take a batch as it is, which surely was not written: it gets its next sequence in another epoch. */
  startOver(batch: ProducerBatch, options: { readonly isIdLost: boolean }): void {
    this.giveUp(batch)
    this.#isEpochNeeded = true
    this.#isIdLost ||= options.isIdLost
  }

  /** Draws the consequences, when nothing is in flight. `stamped`: batches that have a sequence and wait, in order. */
  settle(stamped: readonly ProducerBatch[]): void {
    let waiting = stamped
    if (this.#gapAt !== undefined) {
      const gapAt = this.#gapAt
      this.#gapAt = undefined
      const isBehind = ({ stamp }: ProducerBatch): boolean => sequenceDistance(gapAt, (stamp as ProducerStamp).baseSequence) >= 0
      const behind = waiting.filter(isBehind)
      waiting = waiting.filter((batch) => !isBehind(batch))
      // A request that is still on its way could fill the sequences it moves up to; in a new epoch it is shut out.
      if (this.#doubtAt === undefined && !this.#isEpochNeeded && behind.every((batch) => !batch.isUncertain)) this.#next = gapAt
      else this.#isEpochNeeded = true
      for (const batch of behind) batch.forgetStamp()
    }
    if (this.#doubtAt !== undefined && waiting.length === 0) {
      this.#doubtAt = undefined
      this.#isEpochNeeded = true
    }
  }
}
