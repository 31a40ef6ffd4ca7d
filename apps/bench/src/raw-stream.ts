import { type Address, type Connection, nodeDoors } from '@kafka-ts/io'

/** Cuts what is received into frames: `FrameDecoder` of the native protocol, `KafkaFrameDecoder` of Kafka's. */
export interface Frames<Frame> {
  push(chunk: Uint8Array, onFrame: (frame: Frame) => void): void
}

export interface RepeatOptions<Frame> {
  readonly count: number
  /** Requests without an answer at any one time. */
  readonly window: number
  /** Throws for an answer that is none. */
  readonly check: (frame: Frame) => void
}

const CONNECT_TIMEOUT_MS = 5000

/** A connection over which requests go whose bytes were made before: what a client can do at best, in any protocol. */
export class RawStream<Frame> {
  readonly #connection: Connection
  #onFrame: (frame: Frame) => void = () => {}
  #onClose: (error: Error) => void = () => {}

  private constructor(connection: Connection, frames: Frames<Frame>) {
    this.#connection = connection
    connection.handle({
      onData: (chunk) => frames.push(chunk, (frame) => this.#onFrame(frame)),
      onDrain: () => {},
      onClose: () => this.#onClose(new Error('the broker closed the connection')),
    })
  }

  static async connect<Frame>(address: Address, frames: Frames<Frame>): Promise<RawStream<Frame>> {
    return new RawStream(await nodeDoors().network.connect(address, { timeoutMs: CONNECT_TIMEOUT_MS }), frames)
  }

  /** From now on every frame goes there. */
  onFrame(listener: (frame: Frame) => void): void {
    this.#onFrame = listener
  }

  write(...buffers: Uint8Array[]): void {
    this.#connection.write(buffers)
  }

  /** Sends one request and gives the next frame that comes. */
  ask(request: readonly Uint8Array[]): Promise<Frame> {
    return new Promise((resolve, reject) => {
      this.#onFrame = resolve
      this.#onClose = reject
      this.#connection.write(request)
    })
  }

  /** Sends the same request again and again; resolves with the last answer. */
  repeat(request: readonly Uint8Array[], { count, window, check }: RepeatOptions<Frame>): Promise<void> {
    return new Promise((resolve, reject) => {
      let sent = Math.min(window, count)
      let answered = 0
      this.#onClose = reject
      this.#onFrame = (frame) => {
        try {
          check(frame)
        } catch (error) {
          reject(error)
          return
        }
        if (++answered === count) resolve()
        else if (sent++ < count) this.#connection.write(request)
      }
      for (let index = 0; index < sent; index++) this.#connection.write(request)
    })
  }

  close(): void {
    this.#onClose = () => {}
    this.#connection.destroy()
  }
}
