import { connect, type Socket } from 'node:net'
import { correlationIdOf, encodeRequest, KafkaFrameDecoder, kafkaApis } from '@kafka-ts/kafka-wire'
import type { Input } from './inputs.ts'

/** How the broker dealt with an input. */
export type Outcome = 'answered' | 'closed'

const hangMs = 10_000

/**
 * Sends inputs, one at a time. After an input whose length is right comes a good request, which must be answered unless the
 * connection is closed; after any other the sending side ends, and the broker must close.
 */
export class Attacker {
  readonly #port: number
  #socket: Socket | undefined
  #frames = new KafkaFrameDecoder()
  #probe = 0
  #settle: ((outcome: Outcome | Error) => void) | undefined

  constructor(port: number) {
    this.#port = port
  }

  /** Rejects when the broker does neither within ten seconds, and when there is no broker any more. */
  send(input: Input): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const shown = () => `${input.kind}: ${Buffer.from(input.bytes.subarray(0, 1000)).toString('hex')}`
      const deadline = setTimeout(() => this.#settle?.(new Error(`neither answered nor refused: ${shown()}`)), hangMs)
      this.#settle = (outcome) => {
        clearTimeout(deadline)
        this.#settle = undefined
        if (outcome instanceof Error) reject(outcome)
        else resolve(outcome)
      }
      const socket = this.#socket ?? this.#open()
      socket.write(input.bytes)
      if (input.isFramed && !input.mayPark) socket.write(this.#nextProbe())
      else socket.end()
    })
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    this.#socket = socket
    this.#frames = new KafkaFrameDecoder()
    socket.on('data', (chunk: Buffer) => this.#frames.push(chunk, (frame) => this.#receive(frame)))
    // A reset is a way of closing; nobody listening is none.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') this.#settle?.(new Error('the broker is gone', { cause: error }))
    })
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      this.#settle?.('closed')
    })
    return socket
  }

  #receive(frame: Uint8Array): void {
    if (correlationIdOf(frame) === this.#probe) this.#settle?.('answered')
  }

  #nextProbe(): Uint8Array {
    // Far from the ids in captures and headers.
    this.#probe = this.#probe === 0 ? 1_000_000_000 : this.#probe + 1
    const probe = { version: 0, correlationId: this.#probe, clientId: 'probe', request: {} }
    return Buffer.concat(encodeRequest(kafkaApis.apiVersions, probe))
  }
}
