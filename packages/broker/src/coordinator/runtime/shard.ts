import type { Clock, Compression } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import type { Logger } from '../../logger.ts'
import { readRecords } from './read-records.ts'
import type { RecordCodec } from './record-codec.ts'
import { ShardLife } from './shard-life.ts'
import type { ShardLog } from './shard-log.ts'
import type { ShardContext, ShardState } from './shard-state.ts'
import type { Reply, Turn } from './turn.ts'

export interface ShardOptions<Record, State> {
  /** For the log. */
  readonly name: string
  readonly log: ShardLog
  readonly clock: Clock
  readonly compression: Compression
  readonly logger: Logger
  readonly codec: RecordCodec<Record>
  readonly createState: (context: ShardContext<Record>) => State
}

/** How long a shard that lost an append or could not be loaded lets others be before it reads its partition again. */
const RELOAD_DELAY_MS = 1000

/**
 * One partition of an internal topic and the state it amounts to. Loads it, and loads it again after an append failed, by replaying the
 * partition from its start; until that is done every operation is refused with COORDINATOR_LOAD_IN_PROGRESS.
 */
export class Shard<Record, State extends ShardState<Record>> {
  readonly #options: ShardOptions<Record, State>
  /** undefined while it is loading. */
  #life: ShardLife<Record, State> | undefined
  #loading: Promise<void> = Promise.resolve()
  readonly #wake = new AbortController()
  #isClosed = false

  constructor(options: ShardOptions<Record, State>) {
    this.#options = options
  }

  /** Begins to load. */
  start(): void {
    this.#loading = this.#load(0)
  }

  /** Runs an operation on the state; see `ShardLife.run`. Rejects with `KafkaError`. */
  run<Response>(operation: (state: State, turn: Turn<Record>, reply: Reply<Response>) => Response | undefined): Promise<Response> {
    const life = this.#life
    if (life === undefined) return Promise.reject(this.#unavailable())
    return life.run((turn, reply: Reply<Response>) => operation(life.state, turn, reply))
  }

  /** Answers what is being appended, then lets go of the state: whoever still waits is to look for another coordinator. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#wake.abort()
    const life = this.#life
    this.#life = undefined
    await this.#loading
    await life?.settled()
    life?.end(this.#unavailable())
  }

  #unavailable(): KafkaError {
    return new KafkaError(this.#isClosed ? 'NOT_COORDINATOR' : 'COORDINATOR_LOAD_IN_PROGRESS')
  }

  #onLost(lost: ShardLife<Record, State>, error: KafkaError): void {
    const { name, logger } = this.#options
    logger.error({ err: error, shard: name }, 'a coordinator lost records it had appended; it reads its partition again')
    this.#life = undefined
    lost.end(error)
    this.#loading = lost.settled().then(() => this.#load(RELOAD_DELAY_MS))
  }

  /** Until it succeeds or the shard is closed. Only what a disk does can fail it; anything else is a mistake in the code. */
  async #load(delayMs: number): Promise<void> {
    const { name, clock, logger } = this.#options
    for (let waitMs = delayMs; !this.#isClosed; waitMs = RELOAD_DELAY_MS) {
      try {
        if (waitMs > 0) await clock.sleep(waitMs, this.#wake.signal)
        await this.#replayLog()
        return
      } catch (error) {
        if (this.#isClosed) return
        logger.error({ err: error, shard: name }, 'a coordinator could not read its partition; it is tried again')
      }
    }
  }

  async #replayLog(): Promise<void> {
    const { name, log, clock, compression, codec, createState, logger } = this.#options
    const life: ShardLife<Record, State> = new ShardLife({
      clock,
      log,
      codec,
      createState,
      onLost: (error) => this.#onLost(life, error),
    })
    let records = 0
    let unknown = 0
    if (log.logStartOffset < 0) throw new KafkaError('KAFKA_STORAGE_ERROR', 'the partition is offline')
    await readRecords({ log, clock, compression, isCancelled: () => this.#isClosed }, (key, value) => {
      const record = codec.decode(key, value)
      records++
      if (record === undefined) unknown++
      else life.state.replay(record)
    })
    if (this.#isClosed) return
    if (unknown > 0) logger.warn({ shard: name, unknown }, 'a coordinator passed over records of kinds it does not know')
    logger.debug({ shard: name, records }, 'a coordinator has loaded its partition')
    this.#life = life
    life.activate()
  }
}
