import { settle } from '../settle.ts'
import { Cells } from './cell.ts'
import type { Durability, Peer } from './peer.ts'
import { measures, type Plan, recordsOf, type Scenario, scenarios } from './plan.ts'
import { type Job, type JobResult, runJob } from './run-job.ts'
import { serverTypes } from './servers/index.ts'
import type { Server, ServerKind } from './servers/server.ts'

const backlog = 'backlog'

export interface Measured {
  readonly cells: Cells
  /** What each client and server says of itself. */
  readonly versions: Map<string, string>
  readonly failures: string[]
}

export interface MeasureOptions {
  readonly peers: readonly Peer[]
  readonly plan: Plan
  readonly log: (line: string) => void
}

/** The servers alone and idle, then with commit, then with page; in each the runs of all peers are interleaved. */
export async function measureAll(options: MeasureOptions): Promise<Measured> {
  const measured: Measured = { cells: new Cells(), versions: new Map(), failures: [] }
  await measureServers(options, measured)
  for (const durability of ['commit', 'page'] as const) {
    const peers = options.peers.filter((peer) => peer.durabilities.includes(durability))
    // Alone, ours has nothing to be compared with.
    if (peers.length > 1 || options.peers.length === 1) await new Round({ ...options, peers }, durability, measured).run()
  }
  return measured
}

/** Start to ready, and the memory of a server that has nothing to do: each alone on the machine. */
async function measureServers({ peers, plan, log }: MeasureOptions, { cells, versions, failures }: Measured): Promise<void> {
  for (let run = 0; run < plan.runs; run++) {
    for (const kind of kindsOf(peers)) {
      const server = await startOrTell(kind, 'page', failures)
      if (server === undefined) continue
      await settle()
      const idleMegabytes = server.residentBytes() / 1e6
      await server.remove()
      versions.set(`${kind} server`, server.version)
      log(`${kind}: ready after ${server.startMs.toFixed(0)} ms, idle with ${idleMegabytes.toFixed(0)} MB`)
      cells.add({ peer: kind, figure: 'start', unit: 'ms', durability: undefined }, server.startMs)
      cells.add({ peer: kind, figure: 'idle RSS', unit: 'MB', durability: undefined }, idleMegabytes)
    }
  }
}

/** A server that does not start is told of at the end, and the others go on. */
async function startOrTell(kind: ServerKind, durability: Durability, failures: string[]): Promise<Server | undefined> {
  try {
    return await serverTypes[kind].start(durability)
  } catch (error) {
    failures.push(`${kind}, ${durability}: ${(error as Error).message}`)
    return undefined
  }
}

function kindsOf(peers: readonly Peer[]): readonly ServerKind[] {
  return [...new Set(peers.map((peer) => peer.server))]
}

/** All runs with one durability; all servers run meanwhile, idle but for the one that is measured. */
class Round {
  readonly #options: MeasureOptions
  readonly #durability: Durability
  readonly #measured: Measured
  readonly #servers = new Map<ServerKind, Server>()
  /** The records in the backlog of each server. */
  readonly #backlogs = new Map<ServerKind, number>()

  constructor(options: MeasureOptions, durability: Durability, measured: Measured) {
    this.#options = options
    this.#durability = durability
    this.#measured = measured
  }

  async run(): Promise<void> {
    const { plan } = this.#options
    try {
      for (const kind of kindsOf(this.#options.peers)) {
        const server = await startOrTell(kind, this.#durability, this.#measured.failures)
        if (server !== undefined) this.#servers.set(kind, server)
      }
      const peers = this.#options.peers.filter((peer) => this.#servers.has(peer.server))
      for (const peer of peers) {
        if (measures(peer, 'consume', this.#durability) && !this.#backlogs.has(peer.server)) await this.#fill(peer)
      }
      for (let run = 0; run < plan.runs; run++) {
        for (const scenario of scenarios) {
          for (const peer of peers) if (measures(peer, scenario, this.#durability)) await this.#measure(peer, scenario, run)
        }
      }
    } finally {
      for (const server of this.#servers.values()) await server.remove()
    }
  }

  /** All peers of a server read the same records, written by the first of them: of ours by our SDK, of Apache Kafka by its Java client. */
  async #fill(peer: Peer): Promise<void> {
    const { plan } = this.#options
    const result = await this.#run(peer, { ...this.#job(peer), kind: 'fill', topic: backlog, seconds: plan.fillSeconds })
    if (result !== undefined) this.#backlogs.set(peer.server, result.count)
  }

  async #measure(peer: Peer, scenario: Scenario, run: number): Promise<void> {
    const { cells, versions } = this.#measured
    const ofPeer = { peer: peer.name, durability: this.#durability }
    const job: Job = { ...this.#job(peer), kind: scenario, topic: `${scenario}-${peer.name}-${run}` }
    if (scenario === 'consume') {
      const count = this.#backlogs.get(peer.server)
      const result = count === undefined ? undefined : await this.#run(peer, { ...job, topic: backlog, count })
      cells.add({ ...ofPeer, figure: 'consume', unit: 'records/s' }, result?.rate ?? Number.NaN)
      return
    }
    const result = await this.#run(peer, job)
    if (result !== undefined) versions.set(peer.name, result.version)
    if (scenario === 'produce') cells.add({ ...ofPeer, figure: 'produce', unit: 'records/s' }, result?.rate ?? Number.NaN)
    else {
      cells.add({ ...ofPeer, figure: 'p50', unit: 'ms' }, result?.p50 ?? Number.NaN)
      cells.add({ ...ofPeer, figure: 'p99', unit: 'ms' }, result?.p99 ?? Number.NaN)
    }
  }

  /** A job that fails is told of at the end, and the others go on. */
  async #run(peer: Peer, job: Job): Promise<JobResult | undefined> {
    const of = `${peer.name}, ${this.#durability}, ${job.kind}`
    try {
      const result = await runJob(peer, job)
      this.#options.log(`${of}: ${described(result)}`)
      return result
    } catch (error) {
      this.#measured.failures.push(`${of}: ${(error as Error).message}`)
      this.#options.log(`${of}: failed`)
      return undefined
    }
  }

  #job(peer: Peer): Omit<Job, 'kind' | 'topic'> {
    const { plan } = this.#options
    const { partitions, valueBytes, seconds, windowRecords, rate } = plan
    const warmUpSeconds = plan.warmUpSeconds * (peer.warmUpFactor ?? 1)
    const { address } = this.#servers.get(peer.server) as Server
    return { address, count: recordsOf(peer, plan), partitions, valueBytes, seconds, warmUpSeconds, windowRecords, rate }
  }
}

function described({ count, rate, p50, p99 }: JobResult): string {
  if (rate !== undefined) return `${Math.round(rate).toLocaleString('en-US')} records/s (${count.toLocaleString('en-US')} records)`
  if (p50 === undefined || p99 === undefined) return `${count.toLocaleString('en-US')} records`
  return `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`
}
