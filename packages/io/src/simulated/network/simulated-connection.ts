import { crc32 } from 'node:zlib'
import { type Address, type Connection, type ConnectionHandler, NetworkError } from '../../network.ts'
import type { Scheduler } from '../scheduler.ts'
import type { Pipe, Segment } from './pipe.ts'

/** As the real connection's. */
const WRITE_BUFFER_BYTES = 256 * 1024

export interface ConnectionOptions {
  readonly scheduler: Scheduler
  readonly label: string
  readonly local: Address
  readonly remote: Address
  /** The end no longer takes part in the network. */
  readonly onClosed: () => void
}

/** One end of a simulated TCP connection. */
export class SimulatedConnection implements Connection {
  readonly local: Address
  readonly remote: Address
  readonly #options: ConnectionOptions
  #outgoing: Pipe | undefined
  #incoming: Pipe | undefined
  #handler: ConnectionHandler | undefined
  #received: Segment[] = []
  #isPaused = false
  #isDelivering = false
  #awaitsDrain = false
  #hasEnded = false
  #peerHasEnded = false
  #isClosed = false
  #isCloseReported = false
  #error: Error | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.local = options.local
    this.remote = options.remote
  }

  get bufferedBytes(): number {
    return this.#outgoing?.queuedBytes ?? 0
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Called once by the network that joins the two ends. */
  attach(pipes: { readonly outgoing: Pipe; readonly incoming: Pipe }): void {
    this.#outgoing = pipes.outgoing
    this.#incoming = pipes.incoming
  }

  handle(handler: ConnectionHandler): void {
    if (this.#handler !== undefined) throw new TypeError('a connection has one handler')
    this.#handler = handler
    this.#deliverLater()
    if (this.#isClosed) this.#reportCloseLater()
  }

  write(buffers: readonly Uint8Array[]): boolean {
    if (this.#isClosed || this.#hasEnded) return false
    this.#outgoing?.write(buffers)
    if (this.bufferedBytes < WRITE_BUFFER_BYTES) return true
    this.#awaitsDrain = true
    return false
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#deliverLater()
  }

  end(): void {
    if (this.#hasEnded || this.#isClosed) return
    this.#hasEnded = true
    this.#outgoing?.end()
  }

  /** Bytes that were received and never read make the other end see a reset, as in TCP. */
  destroy(error?: Error): void {
    if (this.#isClosed) return
    const hasUnread = this.#received.some((segment) => segment.kind === 'bytes')
    this.#outgoing?.abandon(hasUnread ? 'reset' : 'end')
    this.#close(error)
  }

  /** The network broke the connection. */
  reset(): void {
    if (this.#isClosed) return
    this.#outgoing?.drop()
    this.#close(new NetworkError('ECONNRESET', `ECONNRESET: connection with ${this.remote.host}:${this.remote.port}`))
  }

  /** The process is gone: its system resets the connection, or says nothing when the whole machine is gone. */
  kill(farewell: 'reset' | 'silence'): void {
    this.#isCloseReported = true
    if (this.#isClosed) return
    if (farewell === 'reset') this.#outgoing?.abandon('reset')
    else this.#outgoing?.drop()
    this.#close(undefined)
  }

  /** From the network. */
  receive(segment: Segment): void {
    if (this.#isClosed) return
    if (segment.kind === 'reset') {
      this.reset()
      return
    }
    this.#received.push(segment)
    this.#deliver()
  }

  /** From the outgoing pipe: nothing is queued any more. */
  flushed(): void {
    if (this.#awaitsDrain) {
      this.#awaitsDrain = false
      this.#later('drain', () => {
        if (!this.#isClosed) this.#handler?.onDrain()
      })
    }
    if (this.#hasEnded && this.#peerHasEnded) this.#close(undefined)
  }

  #deliver(): void {
    while (this.#handler !== undefined && !this.#isPaused && !this.#isClosed) {
      const segment = this.#received.shift()
      if (segment === undefined) return
      if (segment.kind === 'bytes') this.#deliverBytes(segment.bytes)
      else this.#peerEnded()
    }
  }

  #deliverBytes(bytes: Uint8Array): void {
    this.#options.scheduler.trace(this.#options.label, `${bytes.length} ${crc32(bytes)}`)
    this.#later('window', () => this.#incoming?.acknowledge(bytes.length))
    this.#handler?.onData(bytes)
  }

  /** An end from the other side ends this side too, once its own bytes are sent. */
  #peerEnded(): void {
    this.#peerHasEnded = true
    if (this.#hasEnded) {
      if (this.bufferedBytes === 0) this.#close(undefined)
    } else {
      this.end()
    }
  }

  #deliverLater(): void {
    if (this.#isDelivering) return
    this.#isDelivering = true
    this.#later('read', () => {
      this.#isDelivering = false
      this.#deliver()
    })
  }

  #close(error: Error | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#error = error
    this.#received = []
    this.#options.onClosed()
    if (this.#handler !== undefined) this.#reportCloseLater()
  }

  #reportCloseLater(): void {
    this.#later('close', () => {
      if (this.#isCloseReported) return
      this.#isCloseReported = true
      this.#handler?.onClose(this.#error)
    })
  }

  #later(what: string, run: () => void): void {
    this.#options.scheduler.schedule(0, `${this.#options.label} ${what}`, run)
  }
}
