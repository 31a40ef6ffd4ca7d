import { Kafka } from '@kafka-ts/client'
import { expect, type TestContext } from 'vitest'
import { type BrokerProcess, startBrokerProcess } from '../../support/broker-process.ts'
import { volume } from '../../support/volume.ts'
import { pause } from '../../support/waiting.ts'
import type { GroupProtocol } from '../interop-client.ts'
import { requireInstalled, skipWithLine } from '../programs.ts'
import { FileChangeStream, missingFileChanges } from './file-changes.ts'
import { GroupMember } from './group-member.ts'
import { GroupWatcher } from './group-watcher.ts'
import type { TimelineEvent } from './member-events.ts'
import type { MemberKind } from './member-programs.ts'
import { ARRIVAL_SLACK_MS, missedRecords, outOfOrder, recoveryMs, sharedOwnerships, workOf } from './timeline-checks.ts'
import { TimerLateness } from './timer-lateness.ts'

/** KAFKA_TS_GROUP_RECORDS=129614 KAFKA_TS_GROUP_RATE=2000 npm test -- tests/src/interop/groups streams all of the data set. */
const RECORDS = volume('KAFKA_TS_GROUP_RECORDS', { quick: 10_000, ci: 10_000 })
const RATE_PER_SECOND = volume('KAFKA_TS_GROUP_RATE', { quick: 1_000, ci: 1_000 })

const PARTITIONS = 8
const SESSION_TIMEOUT_MS = 3_000
const HEARTBEAT_INTERVAL_MS = 500
const REBALANCE_TIMEOUT_MS = 10_000
/** After the session of a lost member has ended, and the others have heard of it by their heartbeats: for a rebalance, and a fetch. */
const REBALANCE_ALLOWANCE_MS = 1_000
const RECOVERY_LIMIT_MS = SESSION_TIMEOUT_MS + HEARTBEAT_INTERVAL_MS + REBALANCE_ALLOWANCE_MS
/** Each of these waits for the processor: the broker ends the session, a member hears of it, all join, one assigns, they fetch. */
const PROCESSES_IN_TURN = 5
const SETTLE_DEADLINE_MS = 60_000
const POLL_MS = 20

/** Of classic members it is the members that say how long their sessions are; of the others, the broker. */
const BROKER_CONFIGS: Readonly<Record<GroupProtocol, Readonly<Record<string, string>>>> = {
  classic: { 'group.min.session.timeout.ms': '1000' },
  consumer: {
    'group.consumer.min.session.timeout.ms': '1000',
    'group.consumer.session.timeout.ms': String(SESSION_TIMEOUT_MS),
    'group.consumer.min.heartbeat.interval.ms': '100',
    'group.consumer.heartbeat.interval.ms': String(HEARTBEAT_INTERVAL_MS),
  },
}

export interface ScenarioOptions {
  readonly name: string
  readonly protocol: GroupProtocol
  /** Of a classic group with clients of several kinds: one that all of them have. */
  readonly assignor?: string
  readonly kinds: readonly MemberKind[]
}

/**
 * A group of real clients in processes of their own, on a broker in another, while the real data set streams in. Steps are methods; `finish` says
 * whether everything was right, from what the members told, and from what was seen of the group all along.
 */
export class GroupScenario implements AsyncDisposable {
  readonly #options: ScenarioOptions
  readonly #kafka: Kafka
  readonly #stream: FileChangeStream
  readonly #watcher: GroupWatcher
  readonly #timeline: TimelineEvent[] = []
  readonly #members: GroupMember[] = []
  readonly #lateness = new TimerLateness()
  #broker: BrokerProcess

  /** Skips the test where something that it needs is missing. */
  static async start(options: ScenarioOptions, context: TestContext): Promise<GroupScenario> {
    for (const kind of options.kinds) requireInstalled(kind.missing(), context)
    const missing = missingFileChanges()
    if (missing !== undefined) skipWithLine(missing, context)
    const broker = await startBrokerProcess({ configs: BROKER_CONFIGS[options.protocol] })
    const kafka = new Kafka({ brokers: [broker.address] })
    await kafka.admin.createTopic({ topic: options.name, partitions: PARTITIONS })
    return new GroupScenario(options, broker, kafka)
  }

  private constructor(options: ScenarioOptions, broker: BrokerProcess, kafka: Kafka) {
    this.#options = options
    this.#broker = broker
    this.#kafka = kafka
    this.#stream = new FileChangeStream(kafka, { topic: options.name, ratePerSecond: RATE_PER_SECOND })
    this.#watcher = new GroupWatcher(kafka, options.name)
  }

  /** Starts members; they have not joined yet. */
  join(...kinds: readonly MemberKind[]): GroupMember[] {
    const { name, protocol, assignor } = this.#options
    const joining = kinds.map((kind) => {
      const program = kind.program(this.#broker.address, {
        topic: name,
        groupId: name,
        protocol,
        ...(assignor === undefined ? {} : { assignor }),
        sessionTimeoutMs: SESSION_TIMEOUT_MS,
        heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
        rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      })
      const count = this.#members.filter((member) => member.name.startsWith(kind.name)).length
      const member = new GroupMember(`${kind.name} ${count + 1}`, program, (event) => this.#timeline.push(event))
      this.#members.push(member)
      return member
    })
    return joining
  }

  /** Resolves once these are the members, by their own word and by the broker's, and own every partition once. */
  async settled(...members: readonly GroupMember[]): Promise<void> {
    const isSettled = (): boolean => {
      const { description } = this.#watcher
      const owned = members.flatMap((member) => member.owned)
      const isComplete = owned.length === PARTITIONS && new Set(owned).size === PARTITIONS
      return isComplete && description?.state === 'Stable' && description.members.length === members.length
    }
    await this.#until(isSettled, `${members.map(({ name }) => name).join(', ')} to share the partitions`)
  }

  /** Kills a member; the others must go on with its partitions in time. */
  async kill(member: GroupMember): Promise<void> {
    const partitions = member.owned
    expect(partitions, `what ${member.name} owns before it is killed`).not.toEqual([])
    await this.#expectRecovery(member, { partitions, sinceMs: await member.kill() })
  }

  /** Freezes a member; the others must go on with its partitions in time. It stays frozen. */
  async freeze(member: GroupMember): Promise<void> {
    const partitions = member.owned
    expect(partitions, `what ${member.name} owns before it is frozen`).not.toEqual([])
    await this.#expectRecovery(member, { partitions, sinceMs: member.freeze() })
  }

  /** Resolves while members are on their way from one assignment to another. */
  async rebalancing(...members: readonly GroupMember[]): Promise<void> {
    const owned = (): string => members.map((member) => member.owned.join()).join(' ')
    const before = owned()
    await this.#until(() => owned() !== before, 'a rebalance to begin')
  }

  /** Kills the broker and starts it again, on its port and directory. */
  async restartBroker(): Promise<void> {
    const { dataDir, address } = this.#broker
    await this.#broker.stop('SIGKILL')
    this.#broker = await startBrokerProcess({
      dataDir,
      port: Number(address.split(':')[1]),
      configs: BROKER_CONFIGS[this.#options.protocol],
    })
  }

  /** Resolves once so many more records than now are committed. */
  async progress(records: number): Promise<void> {
    const total = (): number => [...this.#watcher.committed.values()].reduce((sum, offset) => sum + offset, 0)
    const wanted = total() + records
    await this.#until(() => total() >= wanted, `${records} more records to be committed`)
  }

  /** Ends the stream, lets the members come to its end, and has them leave. Then all must have been right. */
  async finish(): Promise<void> {
    const ends = await this.#stream.stop(RECORDS)
    const isAtEnd = (): boolean => [...ends].every(([partition, end]) => this.#watcher.committed.get(partition) === end)
    await this.#until(isAtEnd, `the group to commit the ends ${JSON.stringify([...ends])}`)
    const running = this.#members.filter((member) => member.isRunning)
    await Promise.all(running.map((member) => member.leave()))
    await this.#watcher.stop()
    const work = workOf(this.#timeline)
    expect(missedRecords(work, ends), 'records that nobody worked on').toEqual([])
    expect(outOfOrder(work).slice(0, 5), 'records worked on before those in front of them').toEqual([])
    expect(
      sharedOwnerships(this.#timeline, this.#watcher.presences, ARRIVAL_SLACK_MS),
      'partitions that two members owned at a time',
    ).toEqual([])
    expect(this.#watcher.violations, 'what was seen of the group').toEqual([])
    console.info(`${this.#options.name}: ${this.#stream.count} records, worked on ${work.length} times`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lateness.stop()
    await Promise.all(this.#members.map((member) => member.end()))
    await Promise.allSettled([this.#watcher.stop(), this.#stream.stop(0)])
    await this.#kafka.close()
    await this.#broker.remove()
  }

  async #expectRecovery(
    lost: GroupMember,
    { partitions, sinceMs }: { readonly partitions: readonly number[]; readonly sinceMs: number },
  ): Promise<void> {
    const recovered = (): number => recoveryMs(this.#timeline, { member: lost.name, partitions, sinceMs })
    await this.#until(() => Number.isFinite(recovered()), `somebody to go on with the partitions ${partitions} of ${lost.name}`)
    const tookMs = recovered()
    const lateMs = this.#lateness.since(sinceMs)
    const timers = `timers were up to ${Math.round(lateMs)} ms late`
    console.info(`${this.#options.name}: the partitions of ${lost.name} lay idle for ${Math.round(tookMs)} ms; ${timers}`)
    const limitMs = RECOVERY_LIMIT_MS + PROCESSES_IN_TURN * lateMs
    expect(tookMs, `the time until others went on with what ${lost.name} had; ${timers}`).toBeLessThan(limitMs)
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + SETTLE_DEADLINE_MS
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`waited ${SETTLE_DEADLINE_MS / 1000} s in vain for ${what}\n${this.#report()}`)
      await pause(POLL_MS)
    }
  }

  #report(): string {
    const { state, members = [] } = this.#watcher.description ?? {}
    const seen = members.map(
      ({ clientId, memberId, assignment }) => `${clientId} ${memberId}: ${assignment.map(({ partition }) => partition)}`,
    )
    const told = this.#members.map(({ name, owned, isRunning, said }) => `${name} ${isRunning ? 'owns' : 'ended with'} ${owned}\n${said}`)
    return [`the group is ${state}`, ...seen, ...told].join('\n')
  }
}
