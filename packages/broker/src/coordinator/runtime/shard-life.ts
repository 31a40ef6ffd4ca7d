import type { Clock, Timer } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import { RecordBatchBuilder } from '@kafka-ts/protocol/records'
import type { AppendOutcome } from '../../partition/ack-queue.ts'
import { appendError } from './coordinator-errors.ts'
import type { RecordCodec } from './record-codec.ts'
import type { ShardLog } from './shard-log.ts'
import type { ShardContext, ShardState } from './shard-state.ts'
import { type Reply, Turn } from './turn.ts'

export interface ShardLifeOptions<Record, State> {
  readonly clock: Clock
  readonly log: ShardLog
  readonly codec: RecordCodec<Record>
  readonly createState: (context: ShardContext<Record>) => State
  /** Records this life took for appended are not: its state is wrong, and it must end. */
  readonly onLost: (error: KafkaError) => void
}

/** A turn whose answers wait: for its own records, or for those of a turn before it. */
interface WaitingTurn<Record> {
  readonly turn: Turn<Record>
  isCommitted: boolean
}

/** The records of one turn go to the log as one append, of batches up to this size: `max.message.bytes` is a limit of batches. */
const MAX_BATCH_BYTES = 2 ** 19

/**
 * A shard from one load to the next: a state, and what was promised on the strength of it.
 *
 * One operation runs at a time, to its end. Its records go to the log as one append and are replayed at once, so the next operation sees
 * them before they are committed; in return no answer leaves before everything that was appended by then is committed. When an append fails
 * after all, what was replayed is not true: the life ends, those who wait hear an error, and the shard is loaded again.
 */
export class ShardLife<Record, State extends ShardState<Record>> {
  readonly state: State
  readonly #options: ShardLifeOptions<Record, State>
  readonly #builder = new RecordBatchBuilder({ maxBatchBytes: MAX_BATCH_BYTES })
  /** In their order; bounded by the requests that may be unanswered. */
  readonly #waiting: WaitingTurn<Record>[] = []
  /** Requests that have no answer yet, for the end of this life. */
  readonly #open = new Set<Reply<never>>()
  readonly #timers = new Set<Timer>()
  #unsettledAppends = 0
  #onSettled: (() => void) | undefined
  #isOver = false

  constructor(options: ShardLifeOptions<Record, State>) {
    this.#options = options
    this.state = options.createState({
      setTimer: (delayMs, operation) => this.#setTimer(delayMs, operation),
      monotonicMs: () => options.clock.monotonic(),
    })
  }

  /** Begins to work: the state holds the whole log. */
  activate(): void {
    this.#take((turn) => this.state.activate(turn))
  }

  /**
   * Runs an operation and resolves with its answer. An operation that returns undefined has kept `reply`, to be answered by a later one.
   * A `KafkaError` that it throws, before it has changed anything, is its answer.
   */
  run<Response>(operation: (turn: Turn<Record>, reply: Reply<Response>) => Response | undefined): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const reply: Reply<Response> = {
      resolve: (response) => {
        this.#open.delete(reply)
        resolve(response)
      },
      reject: (error) => {
        this.#open.delete(reply)
        reject(error)
      },
    }
    this.#open.add(reply)
    this.#take((turn) => answering(turn, reply, operation))
    return promise
  }

  /** Ends this life: no timer fires any more, and whoever has no answer gets `error`. Idempotent. */
  end(error: KafkaError): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#waiting.length = 0
    for (const reply of [...this.#open]) reply.reject(error)
  }

  /** Resolves once the outcome of everything it appended is known, also after its end. */
  async settled(): Promise<void> {
    if (this.#unsettledAppends === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onSettled = resolve
    await promise
  }

  #take(operation: (turn: Turn<Record>) => void): void {
    const turn = new Turn<Record>(this.#options.clock.now())
    operation(turn)
    if (turn.records.length > 0) {
      if (!this.#append(turn)) return
    } else if (this.#waiting.length > 0) {
      this.#waiting.push({ turn, isCommitted: true })
    } else {
      turn.giveAnswers()
    }
    for (const { operation: next, reply } of turn.followUps) {
      if (this.#isOver) return
      this.#take((following) => {
        if (reply === undefined) next(following)
        else answering(following, reply, () => void next(following))
      })
    }
  }

  /** False: the records were refused, and whoever the turn was to answer has heard so. */
  #append(turn: Turn<Record>): boolean {
    const waiting: WaitingTurn<Record> = { turn, isCommitted: false }
    let early: AppendOutcome | undefined
    let isTaken = false
    const settle = (_slot: number, outcome: AppendOutcome): void => {
      if (isTaken) this.#onOutcome(waiting, outcome)
      else early = outcome
    }
    this.#unsettledAppends++
    this.#options.log.append(this.#encode(turn), { waiter: { settle }, slot: 0 })
    isTaken = true
    if (early !== undefined && early.errorCode !== 0) {
      // Refused before anything was replayed: the state still is what the log says.
      this.#countSettled()
      turn.failAnswers(appendError(early))
      return false
    }
    this.#waiting.push(waiting)
    for (const record of turn.records) this.state.replay(record)
    if (early !== undefined) this.#onOutcome(waiting, early)
    return true
  }

  #encode({ records, nowMs }: Turn<Record>): Uint8Array {
    const batches: Uint8Array[] = []
    for (const record of records) {
      const { key, value } = this.#options.codec.encode(record)
      if (this.#builder.append(nowMs, key, value)) continue
      if (this.#builder.recordCount > 0) batches.push(this.#takeBatch())
      // A record that is larger by itself goes alone; the log says whether it is too large.
      this.#builder.append(nowMs, key, value, [], true)
    }
    batches.push(this.#takeBatch())
    return batches.length === 1 ? (batches[0] as Uint8Array) : Buffer.concat(batches)
  }

  /** A copy, which the log keeps (`slice` of what may be a `Buffer` would be none). */
  #takeBatch(): Uint8Array {
    const batch = new Uint8Array(this.#builder.build())
    this.#builder.reset()
    return batch
  }

  #onOutcome(waiting: WaitingTurn<Record>, outcome: AppendOutcome): void {
    this.#countSettled()
    if (this.#isOver) return
    if (outcome.errorCode !== 0) {
      this.#options.onLost(appendError(outcome))
      return
    }
    waiting.isCommitted = true
    while (this.#waiting[0]?.isCommitted === true) this.#waiting.shift()?.turn.giveAnswers()
  }

  #countSettled(): void {
    this.#unsettledAppends--
    if (this.#unsettledAppends === 0) this.#onSettled?.()
  }

  #setTimer(delayMs: number, operation: (turn: Turn<Record>) => void): Timer {
    const { clock } = this.#options
    const fire = (): void => {
      this.#timers.delete(timer)
      this.#take(operation)
    }
    const inner = clock.setTimer(delayMs, fire, { unref: true })
    const timer: Timer = {
      cancel: () => {
        inner.cancel()
        this.#timers.delete(timer)
      },
    }
    this.#timers.add(timer)
    return timer
  }
}

/** Runs an operation whose answer, or the `KafkaError` it throws, goes to `reply`. */
function answering<Record, Response>(
  turn: Turn<Record>,
  reply: Reply<Response>,
  operation: (turn: Turn<Record>, reply: Reply<Response>) => Response | undefined,
): void {
  try {
    const response = operation(turn, reply)
    if (response !== undefined) turn.answer(reply, response)
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    turn.refuse(reply, error)
  }
}
