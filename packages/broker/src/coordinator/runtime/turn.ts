import type { KafkaError } from '@kafka-ts/protocol'

/** Where the answer to one request goes. It is given once. */
export interface Reply<Response> {
  resolve(response: Response): void
  reject(error: KafkaError): void
}

/** What one operation leaves to the next: see `Turn.follow`. */
export interface FollowUp<Record> {
  readonly operation: (turn: Turn<Record>) => void
  readonly reply: Reply<never> | undefined
}

interface Answer {
  give(): void
  refuse(error: KafkaError): void
}

/**
 * What one operation on a shard amounts to: records to append, and answers to give once they are committed. Both are only noted here; the
 * shard carries them out when the operation has returned.
 */
export class Turn<Record> {
  /** Wall clock, milliseconds. */
  readonly nowMs: number
  readonly #records: Record[] = []
  readonly #answers: Answer[] = []
  readonly #followUps: FollowUp<Record>[] = []

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  get records(): readonly Record[] {
    return this.#records
  }

  /** What the record says comes true by `replay`, after the operation and before the next one. */
  append(record: Record): void {
    this.#records.push(record)
  }

  get followUps(): readonly FollowUp<Record>[] {
    return this.#followUps
  }

  /**
   * Has `operation` run in a turn of its own, as soon as the records of this one are replayed and before anything else; not at all when they
   * are refused. `reply` is one that `operation` will see to: until then it hears what becomes of this turn.
   */
  follow(operation: (turn: Turn<Record>) => void, reply?: Reply<never>): void {
    this.#followUps.push({ operation, reply })
  }

  answer<Response>(reply: Reply<Response>, response: Response): void {
    this.#answers.push({ give: () => reply.resolve(response), refuse: (error) => reply.reject(error) })
  }

  refuse(reply: Reply<never>, error: KafkaError): void {
    this.#answers.push({ give: () => reply.reject(error), refuse: (other) => reply.reject(other) })
  }

  /** Everything the answers rest on is committed. */
  giveAnswers(): void {
    for (const answer of this.#answers) answer.give()
  }

  /** What the answers rest on did not come to be: everybody gets `error` instead. */
  failAnswers(error: KafkaError): void {
    for (const answer of this.#answers) answer.refuse(error)
    for (const { reply } of this.#followUps) reply?.reject(error)
  }
}
