import { type GroupConsumer, Kafka, string, topic } from '@kafka-ts/client'
import type { Address } from '@kafka-ts/io'
import { type BrokerProcess, startBrokerProcess } from '@kafka-ts/tests/support'
import { processorMs } from '../processor-time.ts'
import type { Measurement, Scenario } from '../scenario.ts'
import { percentile } from '../stats.ts'
import { type RawMember, RawMembers } from './raw-member.ts'

const groupCount = 10_000
const memberCount = 1_000
const membersPerClient = 100
const seconds = 8
/** Services do not start in one moment: groups join over a heartbeat interval, so that their heartbeats come evenly too. */
const joinMs = 5_000
const stableGoalMs = 3_000
const commitGoalMs = 10

const target = topic('many', { key: string(), value: string() })

/** Many groups, and a group of many members: what they cost the broker, and how long commits and rebalances take. */
export const groups: Scenario = {
  name: 'groups',
  summary: `${groupCount.toLocaleString('en-US')} groups with a commit a second each; ${memberCount.toLocaleString('en-US')} members in one group`,
  async run({ runs, scale, log }) {
    const measurements: Measurement[] = []
    const add = (figure: string, unit: Measurement['unit'], options: { setting: string; sample: number; goal?: number }): void => {
      const known = measurements.find((measurement) => measurement.figure === figure)
      if (known !== undefined) {
        ;(known.samples as number[]).push(options.sample)
        return
      }
      const { setting, sample, goal } = options
      measurements.push({ scenario: 'groups', figure, unit, setting, samples: [sample], ...(goal === undefined ? {} : { goal }) })
    }
    for (let run = 0; run < Math.min(runs, 3); run++) {
      const count = Math.max(100, Math.round(groupCount * scale))
      const many = await manyGroups(count)
      const setting = `${count} groups, a commit a second each`
      log(`${setting}: ${describe(many)}`)
      add('many groups, rate', 'commits/s', { setting, sample: many.rate, goal: count * 0.98 })
      add('many groups, commit p99', 'ms', { setting, sample: many.p99, goal: commitGoalMs })
      add('many groups, broker CPU', 'CPU %', { setting, sample: many.cpuPercent })
      add('many groups, broker RSS', 'MB', { setting, sample: many.residentMb })

      const members = Math.max(10, Math.round(memberCount * scale))
      const one = await oneGroup(members)
      const of = `${members} members, ${members} partitions`
      log(`${of}: stable ${one.stableMs.toFixed(0)} ms after the last join; ${describe(one)}`)
      add('one group, stable', 'ms', { setting: of, sample: one.stableMs, goal: stableGoalMs })
      add('one group, commit p99', 'ms', { setting: of, sample: one.p99, goal: commitGoalMs })
      add('one group, broker CPU', 'CPU %', { setting: of, sample: one.cpuPercent })
      add('one group, broker RSS', 'MB', { setting: of, sample: one.residentMb })
    }
    return measurements
  },
}

interface CommitFigures {
  readonly rate: number
  readonly p50: number
  readonly p99: number
  readonly cpuPercent: number
  readonly residentMb: number
}

function describe({ rate, p50, p99, cpuPercent, residentMb }: CommitFigures): string {
  return `${Math.round(rate)} commits/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, broker ${cpuPercent.toFixed(0)} % CPU, ${residentMb.toFixed(0)} MB`
}

/**
 * Each group has one member, which heartbeats and commits: without an SDK, as 10,000 consumers in one process have a heap whose collection takes
 * longer than the broker's answers.
 */
async function manyGroups(count: number): Promise<CommitFigures> {
  const broker = await startBrokerProcess()
  const connections: RawMembers[] = []
  try {
    await using kafka = new Kafka({ brokers: [broker.address] })
    await kafka.admin.createTopics([{ topic: target, partitions: 1 }])
    await kafka.admin.fetchGroupOffsets(['group-0'])
    for (let at = 0; at < count; at += membersPerClient) connections.push(await RawMembers.connect(parseAddress(broker.address)))
    const members: RawMember[] = []
    for (let at = 0; at < count; at += connections.length) {
      const joining = connections.slice(0, count - at).map((connection, index) => connection.join(`group-${at + index}`, target.name))
      const pause = new Promise((resolve) => setTimeout(resolve, joinMs / Math.ceil(count / connections.length)))
      members.push(...(await Promise.all(joining)))
      await pause
    }
    return await paceCommits(broker, count, (index, offset) => (members[index] as RawMember).commit(offset))
  } finally {
    for (const connection of connections) connection.close()
    await broker.remove()
  }
}

function parseAddress(address: string): Address {
  const [host, port] = address.split(':') as [string, string]
  return { host, port: Number(port) }
}

async function oneGroup(count: number): Promise<CommitFigures & { readonly stableMs: number }> {
  const { figures, stableMs } = await measureMembers(count)
  return { ...figures, stableMs }
}

/** Lets members join one group, waits until each has its partition, and has each of them commit once a second. */
async function measureMembers(count: number): Promise<{ figures: CommitFigures; stableMs: number }> {
  const broker = await startBrokerProcess()
  const clients = Array.from({ length: Math.ceil(count / membersPerClient) }, () => new Kafka({ brokers: [broker.address] }))
  try {
    await (clients[0] as Kafka).admin.createTopics([{ topic: target, partitions: count }])
    const members = Array.from({ length: count }, (_, index) => join(clients[index % clients.length] as Kafka, 'one'))
    await Promise.all(members.map(({ joined }) => joined))
    const joinedMs = performance.now()
    await until(() => members.every(({ consumer }) => consumer.assignments().length === 1))
    const stableMs = performance.now() - joinedMs
    const commit = async (index: number, offset: number): Promise<void> => {
      const { consumer } = members[index] as Member
      await consumer.commit(consumer.assignments().map((partition) => ({ ...partition, offset })))
    }
    return { figures: await paceCommits(broker, count, commit), stableMs }
  } finally {
    await Promise.all(clients.map((client) => client.close()))
    await broker.remove()
  }
}

interface Member {
  readonly consumer: GroupConsumer<typeof target>
  readonly joined: Promise<unknown>
}

function join(kafka: Kafka, group: string): Member {
  const consumer = kafka.consumer({ group, topics: [target], commit: 'manual', fetchMaxWaitMs: 20_000 })
  const joined = new Promise((resolve) => consumer.on('joined', resolve))
  void consumer[Symbol.asyncIterator]().next()
  return { consumer, joined }
}

/** Commits once a second for each of `count`, evenly spread, and tells how long each took. */
async function paceCommits(
  broker: BrokerProcess,
  count: number,
  commit: (index: number, offset: number) => Promise<void>,
): Promise<CommitFigures> {
  const total = count * seconds
  // The first second makes the groups.
  const skipped = count
  const latencies = new Float64Array(total - skipped)
  const failures: unknown[] = []
  let answered = 0
  let cpuBefore = 0
  let measuredMs = 0
  const begunMs = performance.now()
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begunMs) / 1000) * count))
    for (; sent < due; sent++) {
      const number = sent
      const sentMs = performance.now()
      if (number === skipped) {
        cpuBefore = processorMs(broker.pid)
        measuredMs = sentMs
      }
      commit(number % count, 1 + Math.floor(number / count)).then(
        () => {
          answered++
          if (number >= skipped) latencies[number - skipped] = performance.now() - sentMs
        },
        (error: unknown) => failures.push(error),
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (failures.length > 0) throw failures[0]
  }
  await until(() => answered === total || failures.length > 0)
  if (failures.length > 0) throw failures[0]
  const elapsed = (performance.now() - measuredMs) / 1000
  const sorted = latencies.sort()
  return {
    rate: (total - skipped) / elapsed,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    cpuPercent: (processorMs(broker.pid) - cpuBefore) / 10 / elapsed,
    residentMb: broker.residentBytes() / 1e6,
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
