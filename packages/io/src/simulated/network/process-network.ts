import { type Address, type Connection, type Listener, type Network, NetworkError } from '../../network.ts'
import type { Link, Machine, OpenPort, Wiring } from './machine.ts'
import type { SimulatedConnection } from './simulated-connection.ts'

/** After this long a system asks again for a connection that was not answered. */
const CONNECT_RETRY_MS = 1000
const ANY_HOSTS: ReadonlySet<string> = new Set(['0.0.0.0', '::'])
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1'])

interface Attempt {
  readonly address: Address
  isSettled: boolean
  readonly resolve: (connection: SimulatedConnection) => void
  readonly reject: (error: unknown) => void
}

/** The simulated network as one process sees it, for as long as that process lives. */
export class ProcessNetwork implements Network {
  readonly #wiring: Wiring
  readonly #machine: Machine
  #isAlive = true

  constructor(machine: Machine, wiring: Wiring) {
    this.#machine = machine
    this.#wiring = wiring
  }

  listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    return new Promise((resolve, reject) => {
      if (!this.#isAlive) return
      const { ports } = this.#machine
      const port = address.port === 0 ? this.#machine.freePort() : address.port
      if (ports.has(port)) {
        reject(new NetworkError('EADDRINUSE', `EADDRINUSE: listen on ${address.host}:${port}`))
        return
      }
      const isLoopbackOnly = LOOPBACK_HOSTS.has(address.host)
      const openPort: OpenPort = { isLoopbackOnly, owner: this, onConnection }
      ports.set(port, openPort)
      const close = async (): Promise<void> => {
        if (ports.get(port) === openPort) ports.delete(port)
      }
      resolve({ address: { host: isLoopbackOnly ? address.host : this.#machine.name, port }, close })
    })
  }

  connect(address: Address, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<Connection> {
    const { timeoutMs, signal } = options
    return new Promise((resolve, reject) => {
      if (!this.#isAlive) return
      if (signal?.aborted === true) {
        reject(signal.reason)
        return
      }
      const settle = (act: () => void): void => {
        if (attempt.isSettled) return
        attempt.isSettled = true
        timeout.cancel()
        signal?.removeEventListener('abort', onAbort)
        if (this.#isAlive) act()
      }
      const attempt: Attempt = {
        address,
        isSettled: false,
        resolve: (connection) => settle(() => resolve(connection)),
        reject: (error) => settle(() => reject(error)),
      }
      const onAbort = (): void => attempt.reject(signal?.reason)
      const timeout = this.#wiring.scheduler.schedule(timeoutMs, 'connect timeout', () =>
        attempt.reject(connectError('ETIMEDOUT', address)),
      )
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#later('connect request', () => this.#request(attempt))
    })
  }

  /**
   * The process dies. Its ports close and its connections with them: `reset` when its system lives to tell the peers,
   * `silence` when the machine goes down with it, until a process attaches to that machine again.
   */
  kill(farewell: 'reset' | 'silence'): void {
    this.#isAlive = false
    for (const [port, openPort] of this.#machine.ports) if (openPort.owner === this) this.#machine.ports.delete(port)
    if (farewell === 'silence') this.#machine.isUp = false
    for (const connection of this.#wiring.endsOf(this)) connection.kill(farewell)
  }

  /** The request reaches the other machine, unless it is lost; then it is sent again. */
  #request(attempt: Attempt): void {
    if (attempt.isSettled || !this.#isAlive) return
    const { host, port } = attempt.address
    const target = this.#resolve(host)
    if (target === undefined) {
      attempt.reject(connectError('ENOTFOUND', attempt.address))
      return
    }
    if (!target.isUp || this.#wiring.isBlocked(this.#machine, target)) {
      this.#wiring.scheduler.schedule(CONNECT_RETRY_MS, 'connect retry', () => this.#request(attempt))
      return
    }
    const openPort = target.ports.get(port)
    if (openPort === undefined || (openPort.isLoopbackOnly && target !== this.#machine)) {
      this.#answer(target, () => attempt.reject(connectError('ECONNREFUSED', attempt.address)))
      return
    }
    const from = { machine: this.#machine, owner: this, port: this.#machine.freePort() }
    const link = this.#wiring.link(from, { machine: target, owner: openPort.owner, port })
    openPort.onConnection(link.server)
    this.#answer(target, () => this.#connected(attempt, link))
  }

  /** The answer comes back, unless the way back is blocked; then it is sent again. */
  #answer(from: Machine, act: () => void): void {
    this.#later('connect answer', () => {
      if (!this.#wiring.isBlocked(from, this.#machine)) act()
      else this.#wiring.scheduler.schedule(CONNECT_RETRY_MS, 'connect answer retry', () => this.#answer(from, act))
    })
  }

  #connected(attempt: Attempt, link: Link): void {
    if (attempt.isSettled) link.client.kill('reset')
    else attempt.resolve(link.client)
  }

  #resolve(host: string): Machine | undefined {
    return LOOPBACK_HOSTS.has(host) || ANY_HOSTS.has(host) ? this.#machine : this.#wiring.find(host)
  }

  #later(label: string, run: () => void): void {
    this.#wiring.scheduler.schedule(this.#wiring.scheduler.latency(this.#wiring.latency), label, run)
  }
}

function connectError(code: string, address: Address): NetworkError {
  return new NetworkError(code, `${code}: connect to ${address.host}:${address.port}`)
}
