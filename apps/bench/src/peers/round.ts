import { type Bench, serversOf, startOrTell } from './bench.ts'
import { type Case, isOfProducing, readsBacklog } from './case.ts'
import type { Figure } from './figures.ts'
import type { Job, JobFigure, JobResult } from './job.ts'
import type { Durability, Peer } from './peer.ts'
import type { Plan } from './plan.ts'
import { restDisk } from './rest-disk.ts'
import { jobOf, runJob } from './run-job.ts'
import type { Server, ServerKind } from './servers/server.ts'

/** All runs of some cases with one durability; all servers run meanwhile, idle but for the one that is measured. */
export class Round {
  readonly #bench: Bench
  readonly #durability: Durability
  readonly #cases: readonly Case[]
  readonly #servers = new Map<ServerKind, Server>()
  /** The records in the backlogs of each server, by topic. */
  readonly #backlogs = new Map<string, number>()

  constructor(bench: Bench, durability: Durability, cases: readonly Case[]) {
    this.#bench = bench
    this.#durability = durability
    this.#cases = cases
  }

  /** Starts the servers, fills what is to be read, then run 1 of every peer, run 2 of every peer, and so on. */
  async run(): Promise<void> {
    const { plan } = this.#bench
    try {
      for (const kind of serversOf(this.#bench.peers).keys()) {
        const server = await startOrTell(this.#bench, kind, this.#durability)
        if (server !== undefined) this.#servers.set(kind, server)
      }
      const peers = this.#bench.peers.filter((peer) => this.#servers.has(peer.server))
      for (const one of this.#cases.filter(readsBacklog))
        for (const peer of peers) if (this.#measures(peer, one)) await this.#fill(peer, one)
      for (let run = 0; run < plan.runs; run++) {
        for (const one of this.#cases) for (const peer of peers) if (this.#measures(peer, one)) await this.#measure(peer, one, run)
      }
    } finally {
      for (const server of this.#servers.values()) await server.remove()
    }
  }

  #measures(peer: Peer, one: Case): boolean {
    return (peer.onlyProduces !== true || isOfProducing(one)) && (one.isFor?.(peer, this.#durability) ?? true)
  }

  /** All peers of a server read the same records, written by the first of them: of ours by our SDK, of Apache Kafka by its Java client. */
  async #fill(peer: Peer, one: Case): Promise<void> {
    const { plan } = this.#bench
    const topic = backlogOf(one)
    if (this.#backlogs.has(`${peer.server} ${topic}`)) return
    const result = await this.#run(peer, one, { kind: 'fill', topic, seconds: plan.fillSeconds })
    if (result !== undefined) this.#backlogs.set(`${peer.server} ${topic}`, result.count)
  }

  async #measure(peer: Peer, one: Case, run: number): Promise<void> {
    const { cells, versions, failures } = this.#bench
    const job = readsBacklog(one) ? this.#readingJob(peer, one) : { topic: `${one.kind}-${settingInNames(one)}-${peer.name}-${run}` }
    const result = job === undefined ? undefined : await this.#run(peer, one, job)
    if (job === undefined) failures.push(`${this.#of(peer, one)}: there is no backlog to read`)
    if (result !== undefined) versions.set(peer.name, result.version)
    for (const [figure, name] of Object.entries(one.figures) as [Figure, JobFigure][]) {
      cells.add({ peer: peer.name, figure, setting: one.setting, durability: this.#durability }, result?.[name] ?? Number.NaN)
    }
  }

  #readingJob(peer: Peer, one: Case): (Partial<Job> & { topic: string }) | undefined {
    const topic = backlogOf(one)
    const count = this.#backlogs.get(`${peer.server} ${topic}`)
    return count === undefined ? undefined : { topic, count }
  }

  /** A job that fails is told of at the end, and the others go on. */
  async #run(peer: Peer, one: Case, job: Partial<Job> & { topic: string }): Promise<JobResult | undefined> {
    const plan: Plan = { ...this.#bench.plan, ...one.plan }
    const { compression = 'none' } = one
    const clients = one.clients === undefined ? {} : { clients: one.clients }
    const server = this.#servers.get(peer.server) as Server
    try {
      await restDisk()
      const result = await runJob(peer, jobOf(peer, server, { plan, kind: one.kind, compression, ...clients, ...job }))
      this.#bench.log(`${this.#of(peer, one)}${job.kind === 'fill' ? ', fill' : ''}: ${described(result)}`)
      return result
    } catch (error) {
      this.#bench.failures.push(`${this.#of(peer, one)}: ${(error as Error).message}`)
      this.#bench.log(`${this.#of(peer, one)}: failed`)
      return undefined
    }
  }

  #of(peer: Peer, { kind, setting }: Case): string {
    return [peer.name, this.#durability, kind, setting].filter((part) => part !== '').join(', ')
  }
}

/** Cases that read the same size, partitions and compression read the same topic. */
function backlogOf({ plan, compression = 'none' }: Case): string {
  return ['backlog', plan?.valueBytes ?? '', plan?.partitions ?? '', compression].join('-')
}

function settingInNames({ setting }: Case): string {
  return setting.replaceAll(/[^\w]+/g, '_')
}

function described({ version, ...figures }: JobResult): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2)}`)
    .join(', ')
}
