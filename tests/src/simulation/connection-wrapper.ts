import type { Address, Connection, ConnectionHandler } from '@kafka-ts/io'

/** A connection that hands everything on to another. The base of connections that wait, and of connections that break. */
export class ConnectionWrapper implements Connection {
  readonly remote: Address
  readonly local: Address
  protected readonly inner: Connection

  constructor(inner: Connection) {
    this.inner = inner
    this.remote = inner.remote
    this.local = inner.local
  }

  get bufferedBytes(): number {
    return this.inner.bufferedBytes
  }

  handle(handler: ConnectionHandler): void {
    this.inner.handle(handler)
  }

  write(buffers: readonly Uint8Array[]): boolean {
    return this.inner.write(buffers)
  }

  pause(): void {
    this.inner.pause()
  }

  resume(): void {
    this.inner.resume()
  }

  end(): void {
    this.inner.end()
  }

  destroy(error?: Error): void {
    this.inner.destroy(error)
  }
}
