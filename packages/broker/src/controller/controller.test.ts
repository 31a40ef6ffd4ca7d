import { Scheduler, SeededRandom, VirtualClock } from '@kafka-ts/io/simulated'
import { createMemoryMetadataStore, type MetadataStore, readAll } from '@kafka-ts/metadata'
import type { KafkaError } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { createBrokerConfig } from '../config/broker-config.ts'
import { silentLogger } from '../logger.ts'
import { usableTopic } from './cluster-image.ts'
import { Controller } from './controller.ts'
import { ImageFollower } from './image-follower.ts'
import { raiseLeaderEpochs } from './leader-epochs.ts'
import { TopicDeletions } from './topic-deletions.ts'

const NODE_ID = 1

async function startController(store: MetadataStore = createMemoryMetadataStore({ clock: new VirtualClock(new Scheduler({ seed: 1 })) })) {
  const follower = new ImageFollower(store)
  await follower.start()
  const place = (count: number) =>
    Array.from({ length: count }, () => ({ leader: NODE_ID, leaderEpoch: 0, replicas: [NODE_ID], isr: [NODE_ID], directoryId: 'd' }))
  const config = createBrokerConfig({ 'num.partitions': '3' })
  const controller = new Controller({ store, follower, config, random: new SeededRandom(1), place, logger: silentLogger })
  return { store, follower, controller }
}

const topic = (name: string, settings: { partitions?: number; replicationFactor?: number; overrides?: Record<string, string> } = {}) => ({
  name,
  partitions: settings.partitions ?? -1,
  replicationFactor: settings.replicationFactor ?? -1,
  overrides: settings.overrides ?? {},
})

const now = { validateOnly: false }

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return (error as KafkaError).code
  }
  return 'NONE'
}

/** A store that fails after some transactions, as if the process had died then. */
function dyingAfter(store: MetadataStore, transactions: number): MetadataStore {
  let left = transactions
  return new Proxy(store, {
    get(target, name) {
      if (name === 'transaction' && left-- <= 0) return () => Promise.reject(new Error('the process died'))
      const member = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

describe('creating a topic', () => {
  it('makes it known, with the defaults of the broker, before it answers', async () => {
    const { controller } = await startController()
    const { id, partitions } = await controller.createTopic(topic('orders', { overrides: { 'retention.ms': '5' } }), now)
    const image = usableTopic(controller.image, 'orders')
    expect(partitions).toBe(3)
    expect(image).toMatchObject({ id, overrides: { 'retention.ms': '5' }, targetPartitions: undefined })
    expect(image?.partitions.map(({ partition, leader, leaderEpoch }) => [partition, leader, leaderEpoch])).toEqual(
      [0, 1, 2].map((index) => [index, NODE_ID, 0]),
    )
    expect(controller.image.topicsById.get(id)).toBe(image)
  })

  it('refuses what cannot be', async () => {
    const { controller } = await startController()
    await controller.createTopic(topic('a.b'), now)
    const code = (wanted: ReturnType<typeof topic>) => refusal(controller.createTopic(wanted, now))
    expect(await code(topic('a.b'))).toBe('TOPIC_ALREADY_EXISTS')
    expect(await code(topic('a_b'))).toBe('INVALID_TOPIC_EXCEPTION')
    expect(await code(topic('..'))).toBe('INVALID_TOPIC_EXCEPTION')
    expect(await code(topic('x', { partitions: 0 }))).toBe('INVALID_PARTITIONS')
    expect(await code(topic('x', { partitions: 1_000_000 }))).toBe('INVALID_PARTITIONS')
    expect(await code(topic('x', { replicationFactor: 3 }))).toBe('INVALID_REPLICATION_FACTOR')
    expect(await code(topic('x', { overrides: { 'no.such.config': '1' } }))).toBe('INVALID_CONFIG')
    expect([...controller.image.topics.keys()]).toEqual(['a.b'])
  })

  it('only checks when asked to only check', async () => {
    const { controller } = await startController()
    expect(await refusal(controller.createTopic(topic('x'), { validateOnly: true }))).toBe('NONE')
    expect(controller.image.topics.size).toBe(0)
  })

  it('gives one of many who ask at once the topic, the others its existence', async () => {
    const { controller } = await startController()
    const codes = await Promise.all(Array.from({ length: 5 }, () => refusal(controller.createTopic(topic('x'), now))))
    expect(codes.sort()).toEqual(['NONE', ...Array(4).fill('TOPIC_ALREADY_EXISTS')])
  })

  it('of 1,000 partitions takes steps and shows the topic only when it is whole', async () => {
    const { controller, follower } = await startController()
    const shown = new Set<number>()
    follower.onImage((image) => shown.add(image.topics.get('big')?.partitions.length ?? -1))
    await controller.createTopic(topic('big', { partitions: 1000 }), now)
    expect([...shown]).toEqual([0, 1000])
    expect(usableTopic(controller.image, 'big')?.partitions.at(-1)?.partition).toBe(999)
  })

  it('is finished after a restart, wherever it was interrupted', async () => {
    for (let transactions = 1; transactions <= 3; transactions++) {
      const { store } = await startController()
      const dying = await startController(dyingAfter(store, transactions))
      await expect(dying.controller.createTopic(topic('big', { partitions: 500 }), now)).rejects.toThrow('the process died')
      const { controller } = await startController(store)
      expect(usableTopic(controller.image, 'big')).toBeUndefined()
      await controller.resumeUnfinished()
      expect(usableTopic(controller.image, 'big')?.partitions.length).toBe(500)
    }
  })
})

describe('adding partitions', () => {
  it('keeps those that are there and shows the new ones all at once', async () => {
    const { controller, follower } = await startController()
    await controller.createTopic(topic('t', { partitions: 2 }), now)
    const [first] = usableTopic(controller.image, 't')?.partitions ?? []
    const shown = new Set<number>()
    follower.onImage((image) => shown.add(image.topics.get('t')?.partitions.length ?? -1))
    await controller.createPartitions('t', 400, now)
    expect([...shown]).toEqual([2, 400])
    expect(usableTopic(controller.image, 't')?.partitions[0]).toEqual(first)
  })

  it('refuses to shrink, and topics that are not there', async () => {
    const { controller } = await startController()
    await controller.createTopic(topic('t', { partitions: 2 }), now)
    expect(await refusal(controller.createPartitions('t', 2, now))).toBe('INVALID_PARTITIONS')
    expect(await refusal(controller.createPartitions('t', 1, now))).toBe('INVALID_PARTITIONS')
    expect(await refusal(controller.createPartitions('u', 3, now))).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })
})

describe('deleting a topic', () => {
  it('takes it away at once, so that its name is free for another', async () => {
    const { controller } = await startController()
    const old = await controller.createTopic(topic('t', { overrides: { 'retention.ms': '5' } }), now)
    await controller.deleteTopic('t')
    expect(controller.image.topics.size).toBe(0)
    expect(await refusal(controller.deleteTopic('t'))).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    const anew = await controller.createTopic(topic('t'), now)
    expect(anew.id).not.toBe(old.id)
    expect(usableTopic(controller.image, 't')?.overrides).toEqual({})
  })

  it('is remembered until its logs are gone, and then leaves no key', async () => {
    const { controller, store, follower } = await startController()
    await controller.createTopic(topic('t', { partitions: 300 }), now)
    const before = (await readAll(store, 'deleting/')).entries.length
    await controller.deleteTopic('t')
    expect([before, controller.image.deletions.size]).toEqual([0, 1])
    const removed: string[] = []
    const deletions = new TopicDeletions({
      store,
      logger: silentLogger,
      removeLogs: async ({ name, partitions }) => void removed.push(`${name} ${partitions}`),
    })
    deletions.onImage(follower.image)
    await deletions.close()
    expect(removed).toEqual(['t 300'])
    expect((await readAll(store, '')).entries).toEqual([])
  })

  it('is tried again by the next start when its logs could not be removed', async () => {
    const { controller, store, follower } = await startController()
    await controller.createTopic(topic('t'), now)
    await controller.deleteTopic('t')
    const failing = new TopicDeletions({ store, logger: silentLogger, removeLogs: () => Promise.reject(new Error('a disk failed')) })
    failing.onImage(follower.image)
    await failing.close()
    const { follower: next } = await startController(store)
    expect([...next.image.deletions.values()].map(({ name }) => name)).toEqual(['t'])
  })
})

describe('altering configs', () => {
  const alter = async (changes: { name: string; operation: 'set' | 'delete' | 'append' | 'subtract'; value: string | null }[]) => {
    const { controller } = await startController()
    await controller.createTopic(topic('t', { overrides: { 'retention.ms': '5', 'cleanup.policy': 'delete' } }), now)
    const code = await refusal(controller.alterConfigs({ type: 'topic', name: 't' }, changes, now))
    return { code, overrides: usableTopic(controller.image, 't')?.overrides }
  }

  it('sets and deletes together', async () => {
    const changes = [
      { name: 'retention.ms', operation: 'delete', value: null } as const,
      { name: 'segment.bytes', operation: 'set', value: '4096' } as const,
    ]
    expect(await alter(changes)).toEqual({ code: 'NONE', overrides: { 'segment.bytes': '4096', 'cleanup.policy': 'delete' } })
  })

  it('changes nothing when one change is refused', async () => {
    const changes = [
      { name: 'segment.bytes', operation: 'set', value: '4096' } as const,
      { name: 'retention.ms', operation: 'set', value: 'soon' } as const,
    ]
    expect(await alter(changes)).toEqual({ code: 'INVALID_CONFIG', overrides: { 'retention.ms': '5', 'cleanup.policy': 'delete' } })
  })

  it('appends to lists only, and refuses a list that becomes empty', async () => {
    expect((await alter([{ name: 'retention.ms', operation: 'append', value: '1' }])).code).toBe('INVALID_CONFIG')
    expect((await alter([{ name: 'cleanup.policy', operation: 'append', value: 'delete' }])).code).toBe('NONE')
    expect((await alter([{ name: 'cleanup.policy', operation: 'subtract', value: 'delete' }])).code).toBe('INVALID_CONFIG')
    expect((await alter([{ name: 'no.such', operation: 'delete', value: null }])).code).toBe('INVALID_CONFIG')
  })
})

describe('raising leader epochs', () => {
  it('raises that of every partition led here by one, also of more than fit one transaction', async () => {
    const { controller, store, follower } = await startController()
    await controller.createTopic(topic('t', { partitions: 300 }), now)
    await follower.whenApplied(await raiseLeaderEpochs(store, follower.image, NODE_ID))
    await follower.whenApplied(await raiseLeaderEpochs(store, follower.image, NODE_ID))
    const epochs = new Set(usableTopic(follower.image, 't')?.partitions.map(({ leaderEpoch }) => leaderEpoch))
    expect([...epochs]).toEqual([2])
    expect(await raiseLeaderEpochs(store, follower.image, NODE_ID + 1)).toBe(follower.image.revision)
  })
})
