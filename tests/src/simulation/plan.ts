import type { Acks, CompressionName } from '@kafka-ts/client'
import { Scheduler, type SeededRandom } from '@kafka-ts/io/simulated'
import { FAULT_KINDS, type FaultKind } from './faults/fault-kinds.ts'
import type { TopicPromise } from './history.ts'

/** Sends of a run, all producers together. */
const SENDS = { min: 300, max: 420 }
/** Faults of one run that hit the process or its disk. */
const FAULTS = { min: 4, max: 8 }

export interface TopicPlan {
  readonly name: string
  readonly partitions: number
  readonly configs: Readonly<Record<string, string>>
  readonly promise: TopicPromise
}

export interface ProducerPlan {
  readonly name: string
  readonly sends: number
  readonly acks: Acks
  /** undefined: whatever is the default with these acks. */
  readonly idempotent: boolean | undefined
  readonly compression: CompressionName
  readonly lingerMs: number
  readonly batchBytes: number
  readonly maxInFlightRequests: number
  /** How long it tries to send a record before it gives it up. */
  readonly deliveryTimeoutMs: number
  /** The longest value, characters. */
  readonly maxValueSize: number
  /** The longest pause between two bursts. */
  readonly maxPauseMs: number
}

export interface ConsumerPlan {
  readonly name: string
  readonly way: 'records' | 'batches'
  readonly partitionMaxBytes: number
  readonly fetchMaxWaitMs: number
  /** Of going elsewhere after a batch or record. */
  readonly seekProbability: number
}

/** A group of members that come, go and are killed. */
export interface GroupPlan {
  readonly name: string
  readonly topics: readonly string[]
  /** How each place in the group works, and who takes it after somebody was killed. */
  readonly members: readonly GroupMemberPlan[]
  readonly commit: 'interval' | 'batch'
  readonly rebalanceTimeoutMs: number
  /** The longest time that work on a record takes. */
  readonly maxWorkMs: number
  /** The longest pause between two changes of the membership. */
  readonly maxPauseMs: number
}

export interface GroupMemberPlan {
  readonly way: 'records' | 'batches' | 'run'
  readonly concurrency: number
  readonly isStatic: boolean
}

/** All that a seed decides before anything runs. What happens while it runs is drawn from other streams of the same seed. */
export interface Plan {
  readonly seed: number
  readonly brokerSettings: Readonly<Record<string, string>>
  readonly journalFileBytes: number
  readonly topics: readonly TopicPlan[]
  readonly producers: readonly ProducerPlan[]
  readonly consumers: readonly ConsumerPlan[]
  /** In some runs. */
  readonly group: GroupPlan | undefined
  /** In the order in which they strike. */
  readonly faults: readonly FaultKind[]
}

export interface PlanOverrides {
  /** Only these faults, in this order, again and again, and each of them at least once. */
  readonly faults?: readonly FaultKind[]
  /** A topic whose acknowledged records power loss may take is certainly there. */
  readonly hasPageTopic?: boolean
  /** A group is certainly there. */
  readonly hasGroup?: boolean
}

/** What the seed decides. */
export function planOf(seed: number, overrides: PlanOverrides = {}): Plan {
  const random = new Scheduler({ seed }).random.fork('plan')
  const faultCount = Math.max(between(random, FAULTS.min, FAULTS.max), overrides.faults?.length ?? 0)
  const faults = Array.from(
    { length: faultCount },
    (_, index) => overrides.faults?.[index % overrides.faults.length] ?? pick(random, FAULT_KINDS),
  )
  const group = planGroup(seed, overrides.hasGroup)
  return {
    seed,
    brokerSettings: { ...planBroker(random), ...(group === undefined ? {} : GROUP_SETTINGS) },
    journalFileBytes: pick(random, [8, 16, 64, 256]) * 1024,
    topics: planTopics(random, overrides.hasPageTopic),
    producers: planProducers(random),
    consumers: planConsumers(random),
    group,
    faults,
  }
}

/** An integer from `min` to `max`, both inclusive. */
export function between(random: SeededRandom, min: number, max: number): number {
  return min + random.below(max - min + 1)
}

export function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  const item = items[random.below(items.length)]
  if (item === undefined) throw new TypeError('nothing to pick from')
  return item
}

function planBroker(random: SeededRandom): Record<string, string> {
  return {
    'log.dirs': random.chance(0.2) ? '/data,/more' : '/data',
    listeners: '0.0.0.0:9092',
    'auto.create.topics.enable': 'false',
    'min.free.bytes': '4096',
    'min.free.check.interval.ms': '500',
    'log.retention.check.interval.ms': String(between(random, 500, 4000)),
    'log.retention.ms': '-1',
    'journal.max.files': String(between(random, 2, 4)),
    // Most reads then go to the disk.
    'tail.cache.bytes': String(pick(random, [1, 4096, 65_536])),
    'record.validation': random.chance(0.3) ? 'full' : 'basic',
    'log.cleaner.backoff.ms': '200',
  }
}

function planTopics(random: SeededRandom, hasPageTopic = random.chance(0.4)): TopicPlan[] {
  const shared = (): Record<string, string> => ({
    'segment.bytes': String(pick(random, [1024, 2048, 4096, 16_384, 1_048_576])),
    'index.interval.bytes': String(pick(random, [0, 200, 1000, 4096])),
    'file.delete.delay.ms': String(pick(random, [0, 100, 2000])),
    // A jump of a clock by an hour, on either side, must not make records too old or too new.
    'message.timestamp.after.max.ms': '9223372036854775807',
  })
  const topics: TopicPlan[] = [
    { name: 'whole', partitions: between(random, 1, 3), promise: 'whole', configs: shared() },
    { name: 'other', partitions: between(random, 1, 2), promise: 'whole', configs: { ...shared(), ...planStoring(random) } },
    { name: 'trimmed', partitions: 1, promise: 'trimmed', configs: { ...shared(), ...planRetention(random) } },
  ]
  if (hasPageTopic) topics.push({ name: 'page', partitions: 1, promise: 'page', configs: { ...shared(), durability: 'page' } })
  return topics
}

function planStoring(random: SeededRandom): Record<string, string> {
  return {
    'compression.type': pick(random, ['producer', 'producer', 'uncompressed', 'gzip', 'zstd', 'lz4', 'snappy']),
    'message.timestamp.type': pick(random, ['CreateTime', 'LogAppendTime']),
  }
}

function planRetention(random: SeededRandom): Record<string, string> {
  return {
    'retention.bytes': String(pick(random, [-1, 2048, 10_000])),
    'retention.ms': String(pick(random, [-1, 1000, 600_000])),
    'segment.ms': String(pick(random, [500, 5000, 604_800_000])),
  }
}

function planProducers(random: SeededRandom): ProducerPlan[] {
  const count = between(random, 2, 4)
  const sends = between(random, SENDS.min, SENDS.max)
  return Array.from({ length: count }, (_, index) => ({
    name: `p${index}`,
    sends: Math.ceil(sends / count),
    // The first one always waits for everything.
    acks: index === 0 ? 'all' : pick(random, ['all', 'all', 'all', 1, 0]),
    // Without it a record may be there twice, and never lost.
    idempotent: random.chance(0.2) ? false : undefined,
    compression: pick(random, ['none', 'none', 'gzip', 'snappy', 'lz4', 'zstd']),
    lingerMs: pick(random, [0, 1, 10, 50]),
    batchBytes: pick(random, [200, 1000, 4000, 65_536]),
    maxInFlightRequests: between(random, 1, 5),
    // Half of the records must be acknowledged in spite of every fault.
    deliveryTimeoutMs: pick(random, [8000, 15_000]),
    maxValueSize: pick(random, [40, 300, 1500]),
    maxPauseMs: pick(random, [300, 800, 1500]),
  }))
}

function planConsumers(random: SeededRandom): ConsumerPlan[] {
  return Array.from({ length: between(random, 1, 3) }, (_, index) => ({
    name: `c${index}`,
    way: pick(random, ['records', 'batches']),
    partitionMaxBytes: pick(random, [100, 1000, 10_000, 1_048_576]),
    fetchMaxWaitMs: pick(random, [50, 500]),
    seekProbability: pick(random, [0, 0.02, 0.1]),
  }))
}

/** Sessions are short, so that members are missed within a run. */
const GROUP_SETTINGS = {
  'offsets.topic.num.partitions': '2',
  'group.consumer.min.session.timeout.ms': '1000',
  'group.consumer.session.timeout.ms': '3000',
  'group.consumer.min.heartbeat.interval.ms': '100',
  'group.consumer.heartbeat.interval.ms': '500',
}
const GROUP_PROBABILITY = 0.4

/** From a stream of its own: seeds without a group are what they were before there were groups. */
function planGroup(seed: number, isWanted = false): GroupPlan | undefined {
  const random = new Scheduler({ seed }).random.fork('plan of the group')
  if (!random.chance(GROUP_PROBABILITY) && !isWanted) return undefined
  return {
    name: 'group',
    topics: ['whole', 'other'],
    members: Array.from({ length: between(random, 1, 4) }, () => ({
      way: pick(random, ['records', 'batches', 'run']),
      concurrency: between(random, 1, 6),
      isStatic: random.chance(0.3),
    })),
    commit: pick(random, ['interval', 'interval', 'batch']),
    rebalanceTimeoutMs: pick(random, [1000, 5000, 60_000]),
    maxWorkMs: pick(random, [0, 20, 200]),
    maxPauseMs: pick(random, [1000, 4000]),
  }
}
