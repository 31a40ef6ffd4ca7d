export interface Address {
  readonly host: string
  readonly port: number
}

/** What a connection tells its owner. Set once, before the next tick, by the one that got the connection. */
export interface ConnectionHandler {
  /** Bytes, in order. The chunk is the handler's to keep: it is never written again. */
  onData(chunk: Uint8Array): void
  /** The write buffer fell to zero after `write` had returned false. */
  onDrain(): void
  /** Called exactly once, last. `error` when it was not an orderly end. */
  onClose(error?: Error): void
}

/** One TCP connection. */
export interface Connection {
  readonly remote: Address
  readonly local: Address
  handle(handler: ConnectionHandler): void
  /** Queues the buffers for one gathering write; they must stay unchanged until sent. False: wait for `onDrain` before writing much more. */
  write(buffers: readonly Uint8Array[]): boolean
  /** Bytes queued and not yet handed to the operating system. */
  readonly bufferedBytes: number
  /** Stops and resumes `onData`. */
  pause(): void
  resume(): void
  /** Sends what is queued, then closes. */
  end(): void
  /** Closes at once. */
  destroy(error?: Error): void
}

export interface Listener {
  readonly address: Address
  /** Stops accepting; connections that exist live on. */
  close(): Promise<void>
}

/** Connection failures carry Node's code: `ECONNREFUSED`, `ECONNRESET`, `ETIMEDOUT`, `ENOTFOUND`, `EADDRINUSE`. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
  readonly code: string
  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

export interface Network {
  /** Port 0 picks a free one; see `Listener.address`. `onError` hears of connections that could not be accepted (`EMFILE`). */
  listen(address: Address, onConnection: (connection: Connection) => void, onError?: (error: NetworkError) => void): Promise<Listener>
  /** Rejects with `NetworkError`, or with the reason of `signal`. */
  connect(address: Address, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<Connection>
}
