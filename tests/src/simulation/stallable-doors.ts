import type { Address, Clock, Connection, ConnectionHandler, Doors, Listener, Network, NetworkError, Timer } from '@kafka-ts/io'
import { ConnectionWrapper } from './connection-wrapper.ts'
import type { StallGate } from './stall-gate.ts'

/** Doors of a process that can be stalled: everything that calls it comes through the gate. A broker's disk has its own wrapper. */
export function stallable(doors: Doors, gate: StallGate): Doors {
  const { random, disk, compression } = doors
  return { random, disk, compression, clock: new StallableClock(doors.clock, gate), network: new StallableNetwork(doors.network, gate) }
}

class StallableClock implements Clock {
  readonly #clock: Clock
  readonly #gate: StallGate

  constructor(clock: Clock, gate: StallGate) {
    this.#clock = clock
    this.#gate = gate
  }

  now(): number {
    return this.#clock.now()
  }

  monotonic(): number {
    return this.#clock.monotonic()
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    let isCancelled = false
    const timer = this.#clock.setTimer(delayMs, () =>
      this.#gate.run(() => {
        if (!isCancelled) callback()
      }),
    )
    return {
      cancel: () => {
        isCancelled = true
        timer.cancel()
      },
    }
  }

  defer(callback: () => void): void {
    this.#clock.defer(() => this.#gate.run(callback))
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return this.#gate.pass(this.#clock.sleep(delayMs, signal))
  }
}

class StallableNetwork implements Network {
  readonly #network: Network
  readonly #gate: StallGate

  constructor(network: Network, gate: StallGate) {
    this.#network = network
    this.#gate = gate
  }

  listen(address: Address, onConnection: (connection: Connection) => void, onError?: (error: NetworkError) => void): Promise<Listener> {
    const onAccepted = (connection: Connection): void => {
      const stallableConnection = new StallableConnection(connection, this.#gate)
      this.#gate.run(() => onConnection(stallableConnection))
    }
    return this.#network.listen(address, onAccepted, onError)
  }

  async connect(address: Address, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<Connection> {
    return new StallableConnection(await this.#gate.pass(this.#network.connect(address, options)), this.#gate)
  }
}

class StallableConnection extends ConnectionWrapper {
  readonly #gate: StallGate

  constructor(connection: Connection, gate: StallGate) {
    super(connection)
    this.#gate = gate
  }

  override handle(handler: ConnectionHandler): void {
    this.inner.handle({
      onData: (chunk) => this.#gate.run(() => handler.onData(chunk)),
      onDrain: () => this.#gate.run(() => handler.onDrain()),
      onClose: (error) => this.#gate.run(() => handler.onClose(error)),
    })
  }
}
