import net from 'node:net'
import { clearTimeout, setTimeout } from 'node:timers'
import { type Address, type Connection, type Listener, type Network, NetworkError } from '../network.ts'
import { NodeConnection } from './connection.ts'
import { toNetworkError } from './network-error.ts'

/** Idle time after which the system starts to probe whether a silent peer still exists. */
const KEEP_ALIVE_DELAY_MS = 60_000

const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS, allowHalfOpen: false } as const

/** TCP of the machine. */
export class NodeNetwork implements Network {
  listen(address: Address, onConnection: (connection: Connection) => void, onError?: (error: NetworkError) => void): Promise<Listener> {
    return new Promise((resolve, reject) => {
      const server = net.createServer(SOCKET_OPTIONS, (socket) => onConnection(new NodeConnection(socket)))
      server.once('error', (error) => reject(toNetworkError(error, `listen on ${format(address)}`)))
      server.listen({ host: address.host, port: address.port }, () => {
        server.removeAllListeners('error')
        server.on('error', (error) => onError?.(toNetworkError(error, `accept on ${format(address)}`)))
        resolve(new NodeListener(server))
      })
    })
  }

  connect(address: Address, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<Connection> {
    const { timeoutMs, signal } = options
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason)
        return
      }
      const socket = net.connect({ ...SOCKET_OPTIONS, host: address.host, port: address.port })
      const settle = (): void => {
        clearTimeout(timeout)
        signal?.removeEventListener('abort', onAbort)
        socket.off('connect', onConnect)
        socket.off('error', onError)
      }
      const fail = (reason: unknown): void => {
        settle()
        // A socket given up may still report why it failed; nobody waits for that any more.
        socket.on('error', () => undefined)
        socket.destroy()
        reject(reason)
      }
      const onAbort = (): void => fail(signal?.reason)
      const onError = (error: Error): void => fail(toNetworkError(error, `connect to ${format(address)}`))
      const onConnect = (): void => {
        settle()
        resolve(new NodeConnection(socket))
      }
      const timeout = setTimeout(
        () => fail(new NetworkError('ETIMEDOUT', `connect to ${format(address)}: no answer within ${timeoutMs} ms`)),
        timeoutMs,
      )
      signal?.addEventListener('abort', onAbort, { once: true })
      socket.once('connect', onConnect)
      socket.once('error', onError)
    })
  }
}

class NodeListener implements Listener {
  readonly address: Address
  readonly #server: net.Server

  constructor(server: net.Server) {
    this.#server = server
    const bound = server.address()
    if (bound === null || typeof bound === 'string') throw new TypeError('a TCP listener has a host and a port')
    this.address = { host: bound.address, port: bound.port }
  }

  /** Node's own callback would wait for the last connection; the port is free as soon as `close` returned. */
  async close(): Promise<void> {
    this.#server.close()
  }
}

function format(address: Address): string {
  return `${address.host}:${address.port}`
}
