import type { AnyTopic } from '../topic.ts'
import type { AnyProducerRecord, RecordMetadata } from './producer-types.ts'
import type { RecordAccumulator } from './record-accumulator.ts'
import type { TopicQueues } from './topic-queues.ts'
import type { WaitingSend } from './waiting-sends.ts'

/** A record on its way into a batch. */
export interface RecordToSend {
  readonly topic: AnyTopic
  readonly queues: TopicQueues
  readonly record: AnyProducerRecord
}

/** A `send` that waits. */
export class WaitingRecord implements WaitingSend {
  readonly #toSend: RecordToSend
  readonly #accumulator: RecordAccumulator
  readonly #outcome = Promise.withResolvers<RecordMetadata>()

  constructor(toSend: RecordToSend, accumulator: RecordAccumulator) {
    this.#toSend = toSend
    this.#accumulator = accumulator
  }

  get promise(): Promise<RecordMetadata> {
    return this.#outcome.promise
  }

  admit(): boolean {
    const { topic, queues, record } = this.#toSend
    this.#outcome.resolve(this.#accumulator.append(topic, queues, record))
    return true
  }

  reject(error: unknown): void {
    this.#outcome.reject(error)
  }
}
