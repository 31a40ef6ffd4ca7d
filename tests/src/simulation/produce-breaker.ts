import type { Address, Connection, ConnectionHandler, Listener, Network, NetworkError } from '@kafka-ts/io'
import type { SeededRandom } from '@kafka-ts/io/simulated'
import { apis, type Frame, FrameDecoder, openRequest, PREAMBLE } from '@kafka-ts/protocol'
import { ConnectionWrapper } from './connection-wrapper.ts'
import { pick } from './plan.ts'

/** For how long the broker may still hear from a client whom its answers do not reach any more. */
const MAX_DYING_MS = 60
/** How much later the broker may get what it was sent. The longest is longer than any client waits. */
const MAX_LATE_MS = [200, 2000, 20_000]

export interface ProduceBreakerOptions {
  readonly random: SeededRandom
  readonly setTimer: (ms: number, callback: () => void) => unknown
}

/** How a connection breaks: after a while, and what it has brought comes so much later. */
interface Break {
  readonly afterMs: number
  readonly lateMs: number
}

/**
 * Breaks connections between a produce request and its answer, so that the client sends again what was written, or will be: the request may lie in
 * a buffer of the broker's machine until long after the client has given it up. Stands between the broker and its network.
 */
export class ProduceBreaker {
  /** Of a break, for each produce request; 0 ends it. */
  probability = 0
  /** Whether the broker gets what breaks only later. */
  isLate = false
  /** Connections broken so far. */
  count = 0
  readonly #options: ProduceBreakerOptions

  constructor(options: ProduceBreakerOptions) {
    this.#options = options
  }

  /** The network as the broker is to see it. */
  on(network: Network): Network {
    return new BreakingNetwork(network, this)
  }

  /** Whether, and how, the connection that has brought a produce request is to break. */
  draw(): Break | undefined {
    const { random } = this.#options
    if (this.probability === 0 || !random.chance(this.probability)) return undefined
    this.count++
    return { afterMs: random.below(MAX_DYING_MS), lateMs: this.isLate ? random.below(pick(random, MAX_LATE_MS)) : 0 }
  }

  setTimer(ms: number, callback: () => void): void {
    this.#options.setTimer(ms, callback)
  }
}

class BreakingNetwork implements Network {
  readonly #network: Network
  readonly #breaker: ProduceBreaker

  constructor(network: Network, breaker: ProduceBreaker) {
    this.#network = network
    this.#breaker = breaker
  }

  listen(address: Address, onConnection: (connection: Connection) => void, onError?: (error: NetworkError) => void): Promise<Listener> {
    return this.#network.listen(address, (connection) => onConnection(new BreakingConnection(connection, this.#breaker)), onError)
  }

  connect(address: Address, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<Connection> {
    return this.#network.connect(address, options)
  }
}

class BreakingConnection extends ConnectionWrapper {
  readonly #breaker: ProduceBreaker
  /** undefined once it is known that no native client talks. */
  #requests: RequestWatch | undefined = new RequestWatch()
  #isBroken = false
  #handler: ConnectionHandler | undefined
  /** What the broker has not been told yet; undefined while it is told everything at once. */
  #held: Held | undefined

  constructor(connection: Connection, breaker: ProduceBreaker) {
    super(connection)
    this.#breaker = breaker
  }

  override handle(handler: ConnectionHandler): void {
    this.#handler = handler
    this.inner.handle({
      onData: (chunk) => {
        // Before the broker acts on it: its answer may be there at once.
        this.#watch(chunk)
        if (this.#held === undefined) handler.onData(chunk)
        else this.#held.chunks.push(chunk)
      },
      onDrain: () => handler.onDrain(),
      onClose: (error) => {
        if (this.#held === undefined) handler.onClose(error)
        else this.#held.close = { error }
      },
    })
  }

  override write(buffers: readonly Uint8Array[]): boolean {
    return this.#isBroken || this.inner.write(buffers)
  }

  override end(): void {
    this.#dropHeld()
    this.inner.end()
  }

  override destroy(error?: Error): void {
    this.#dropHeld()
    this.inner.destroy(error)
  }

  #watch(chunk: Uint8Array): void {
    const count = this.#requests?.push(chunk)
    if (count === undefined) this.#requests = undefined
    for (let produce = 0; produce < (count ?? 0) && !this.#isBroken; produce++) this.#maybeBreak()
  }

  #maybeBreak(): void {
    const planned = this.#breaker.draw()
    if (planned === undefined) return
    this.#isBroken = true
    this.#breaker.setTimer(planned.afterMs, () => this.inner.destroy(new Error('the connection broke before an answer')))
    if (planned.lateMs === 0) return
    this.#held = { chunks: [], close: undefined }
    this.#breaker.setTimer(planned.lateMs, () => this.#release())
  }

  /** The broker closes the connection: what it did not get it will not. */
  #dropHeld(): void {
    if (this.#held === undefined) return
    this.#held.chunks.length = 0
    this.#breaker.setTimer(0, () => this.#release())
  }

  #release(): void {
    const held = this.#held
    this.#held = undefined
    for (const chunk of held?.chunks ?? []) this.#handler?.onData(chunk)
    if (held?.close !== undefined) this.#handler?.onClose(held.close.error)
  }
}

interface Held {
  readonly chunks: Uint8Array[]
  close: { readonly error: Error | undefined } | undefined
}

/** Finds the produce requests in what a client sends. */
class RequestWatch {
  readonly #decoder = new FrameDecoder()
  #preamble: number[] = []

  /** How many produce requests this chunk completes; undefined when it is no native client that talks. */
  push(chunk: Uint8Array): number | undefined {
    const missing = PREAMBLE.length - this.#preamble.length
    this.#preamble.push(...chunk.subarray(0, missing))
    if (this.#preamble.some((byte, index) => byte !== PREAMBLE[index])) return undefined
    let count = 0
    try {
      this.#decoder.push(chunk.subarray(missing), (frame) => {
        if (isProduce(frame)) count++
      })
    } catch {
      // Noise; the broker closes the connection.
      return undefined
    }
    return count
  }
}

function isProduce(frame: Frame): boolean {
  try {
    return openRequest(frame).apiKey === apis.produce.key
  } catch {
    // Noise; the broker closes the connection.
    return false
  }
}
