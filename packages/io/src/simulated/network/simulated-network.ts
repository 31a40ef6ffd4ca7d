import type { Address } from '../../network.ts'
import type { LatencyRange, Scheduler } from '../scheduler.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { type Link, Machine, type Place } from './machine.ts'
import { Pipe } from './pipe.ts'
import { ProcessNetwork } from './process-network.ts'
import { SimulatedConnection } from './simulated-connection.ts'

const DEFAULT_LATENCY: LatencyRange = { minMs: 0.125, maxMs: 2 }

export interface SimulatedNetworkOptions {
  readonly scheduler: Scheduler
  readonly random?: SeededRandom
  /** The delay of every segment and every step of connecting, one way. */
  readonly latency?: LatencyRange
}

/**
 * Machines by name and the TCP connections between them. Every segment takes a random time and is cut at random bytes, but
 * none overtakes another of its connection. Connections break, and directions between machines block, on command.
 */
export class SimulatedNetwork {
  readonly #scheduler: Scheduler
  readonly #latency: LatencyRange
  readonly #random: SeededRandom
  readonly #machines = new Map<string, Machine>()
  readonly #blocked = new Set<string>()
  /** Every connection with an open end, and its two directions. */
  readonly #links = new Map<Link, readonly Pipe[]>()
  #connectionCount = 0
  #cutProbability = 0
  #cutCount = 0

  constructor(options: SimulatedNetworkOptions) {
    this.#scheduler = options.scheduler
    this.#latency = options.latency ?? DEFAULT_LATENCY
    this.#random = options.random ?? options.scheduler.random.fork('network')
  }

  /** Connections broken so far, by `cut` or by chance. */
  get cutCount(): number {
    return this.#cutCount
  }

  /** Connections of which an end is open. */
  get openConnections(): number {
    return this.#links.size
  }

  /** The network for one life of a process on the machine `host`, which is made, or comes up again, with it. */
  attach(host: string): ProcessNetwork {
    const machine = this.#machines.get(host) ?? new Machine(host)
    this.#machines.set(host, machine)
    machine.isUp = true
    return new ProcessNetwork(machine, {
      scheduler: this.#scheduler,
      latency: this.#latency,
      isBlocked: (from, to) => this.#isBlocked(from, to),
      find: (name) => this.#machines.get(name),
      link: (from, to) => this.#link(from, to),
      endsOf: (owner) => this.#endsOf(owner),
    })
  }

  /** Lets nothing through from one machine to another until `unblock`; what is sent waits, as TCP would send it again. */
  block(from: string, to: string): void {
    this.#scheduler.trace('block', `${from} ${to}`)
    this.#blocked.add(direction(from, to))
  }

  unblock(from: string, to: string): void {
    this.#scheduler.trace('unblock', `${from} ${to}`)
    this.#blocked.delete(direction(from, to))
    this.#resumePipes()
  }

  /** Separates two machines in both directions. */
  partition(one: string, other: string): void {
    this.block(one, other)
    this.block(other, one)
  }

  /** Ends every block. */
  heal(): void {
    this.#scheduler.trace('heal')
    this.#blocked.clear()
    this.#resumePipes()
  }

  /** Breaks every connection between two machines; both ends learn of it by `ECONNRESET`, each in its own time. */
  cut(one: string, other: string): void {
    for (const link of this.#linksBetween(one, other)) this.#cutLink(link)
  }

  /** Breaks connections for the end on `one` only; the end on `other` learns of it when it next sends. */
  cutOneEnd(one: string, other: string): void {
    for (const link of this.#linksBetween(one, other)) {
      this.#cutCount++
      this.#scheduler.trace('cut one end', `${one} ${other}`)
      const end = link.from.machine.name === one ? link.client : link.server
      end.reset()
    }
  }

  /** From now on each arriving segment breaks its connection with this probability; 0 ends it. */
  setCutProbability(probability: number): void {
    this.#cutProbability = probability
  }

  #isBlocked(from: Machine, to: Machine): boolean {
    return from !== to && this.#blocked.has(direction(from.name, to.name))
  }

  #endsOf(owner: object): SimulatedConnection[] {
    return [...this.#links.keys()].flatMap(({ client, server, from, to }) => [
      ...(from.owner === owner ? [client] : []),
      ...(to.owner === owner ? [server] : []),
    ])
  }

  #link(from: Place, to: Place): Link {
    const name = `connection ${++this.#connectionCount}`
    const create = (side: string, local: Address, remote: Address): SimulatedConnection =>
      new SimulatedConnection({
        scheduler: this.#scheduler,
        label: `${name} ${side}`,
        local,
        remote,
        onClosed: () => {
          if (client.isClosed && server.isClosed) this.#links.delete(link)
        },
      })
    const clientAddress = { host: from.machine.name, port: from.port }
    const serverAddress = { host: to.machine.name, port: to.port }
    const client = create('client', clientAddress, serverAddress)
    const server = create('server', serverAddress, clientAddress)
    const link: Link = { client, server, from, to }
    const request = this.#createPipe(link, { sender: client, receiver: server, from: from.machine, to: to.machine })
    const response = this.#createPipe(link, { sender: server, receiver: client, from: to.machine, to: from.machine })
    client.attach({ outgoing: request, incoming: response })
    server.attach({ outgoing: response, incoming: request })
    this.#links.set(link, [request, response])
    return link
  }

  #createPipe(link: Link, flow: { sender: SimulatedConnection; receiver: SimulatedConnection; from: Machine; to: Machine }): Pipe {
    const { sender, receiver, from, to } = flow
    return new Pipe({
      scheduler: this.#scheduler,
      random: this.#random,
      latency: this.#latency,
      label: `segment ${from.name} to ${to.name}`,
      isBlocked: () => this.#isBlocked(from, to),
      onFlushed: () => sender.flushed(),
      onArrival: (segment) => {
        if (this.#cutProbability > 0 && this.#random.chance(this.#cutProbability)) this.#cutLink(link)
        if (!receiver.isClosed) receiver.receive(segment)
        // The system of a machine that knows no such connection (any more) answers with a reset.
        else if (segment.kind === 'bytes' && to.isUp) this.#resetLater(sender)
      },
    })
  }

  #cutLink(link: Link): void {
    this.#cutCount++
    this.#scheduler.trace('cut', `${link.from.machine.name} ${link.to.machine.name}`)
    this.#resetLater(link.client)
    this.#resetLater(link.server)
  }

  #resetLater(connection: SimulatedConnection): void {
    this.#scheduler.schedule(this.#scheduler.latency(this.#latency), 'reset', () => connection.reset())
  }

  #linksBetween(one: string, other: string): Link[] {
    return [...this.#links.keys()].filter(({ from, to }) => {
      const isForward = from.machine.name === one && to.machine.name === other
      return isForward || (from.machine.name === other && to.machine.name === one)
    })
  }

  #resumePipes(): void {
    for (const pipes of this.#links.values()) for (const pipe of pipes) pipe.unblock()
  }
}

function direction(from: string, to: string): string {
  return `${from} > ${to}`
}
