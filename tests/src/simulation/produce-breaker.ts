import type { Address, Connection, ConnectionHandler, Listener, Network, NetworkError } from '@kafka-ts/io'
import type { SeededRandom } from '@kafka-ts/io/simulated'
import { apis, type Frame, FrameDecoder, openRequest, PREAMBLE } from '@kafka-ts/protocol'
import { ConnectionWrapper } from './connection-wrapper.ts'

/** For how long the broker may still hear from a client whom its answers do not reach any more. */
const MAX_DYING_MS = 60

export interface LostAnswersOptions {
  readonly random: SeededRandom
  readonly setTimer: (ms: number, callback: () => void) => unknown
}

/**
 * Breaks connections between a produce request, which the broker gets whole, and its answer, which the client never gets: so the client sends
 * again what was written. Lies between the broker and its network.
 */
export class LostAnswers {
  /** Of breaking, for each produce request; 0 ends it. */
  probability = 0
  /** Connections broken so far. */
  count = 0
  readonly #options: LostAnswersOptions

  constructor(options: LostAnswersOptions) {
    this.#options = options
  }

  /** The network as the broker is to see it. */
  on(network: Network): Network {
    return new LossyNetwork(network, this)
  }

  /** Whether the connection that has brought a produce request is to break, and then how soon. */
  draw(): number | undefined {
    const { random } = this.#options
    if (this.probability === 0 || !random.chance(this.probability)) return undefined
    this.count++
    return random.below(MAX_DYING_MS)
  }

  setTimer(ms: number, callback: () => void): void {
    this.#options.setTimer(ms, callback)
  }
}

class LossyNetwork implements Network {
  readonly #network: Network
  readonly #losses: LostAnswers

  constructor(network: Network, losses: LostAnswers) {
    this.#network = network
    this.#losses = losses
  }

  listen(address: Address, onConnection: (connection: Connection) => void, onError?: (error: NetworkError) => void): Promise<Listener> {
    return this.#network.listen(address, (connection) => onConnection(new LossyConnection(connection, this.#losses)), onError)
  }

  connect(address: Address, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<Connection> {
    return this.#network.connect(address, options)
  }
}

class LossyConnection extends ConnectionWrapper {
  readonly #losses: LostAnswers
  /** undefined once it is known that no native client talks. */
  #requests: RequestWatch | undefined = new RequestWatch()
  #isDying = false

  constructor(connection: Connection, losses: LostAnswers) {
    super(connection)
    this.#losses = losses
  }

  override handle(handler: ConnectionHandler): void {
    this.inner.handle({
      onData: (chunk) => {
        // Before the broker acts on it: its answer may be there at once.
        this.#watch(chunk)
        handler.onData(chunk)
      },
      onDrain: () => handler.onDrain(),
      onClose: (error) => handler.onClose(error),
    })
  }

  override write(buffers: readonly Uint8Array[]): boolean {
    return this.#isDying || this.inner.write(buffers)
  }

  #watch(chunk: Uint8Array): void {
    const count = this.#requests?.push(chunk)
    if (count === undefined) this.#requests = undefined
    for (let produce = 0; produce < (count ?? 0) && !this.#isDying; produce++) this.#maybeDie()
  }

  #maybeDie(): void {
    const afterMs = this.#losses.draw()
    if (afterMs === undefined) return
    this.#isDying = true
    this.#losses.setTimer(afterMs, () => this.inner.destroy(new Error('the connection broke before its answer')))
  }
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
