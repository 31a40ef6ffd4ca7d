import type { Admin, ConfigEntry, GroupMember, ListedOffset, OffsetSpec, TopicDescription } from '@kafka-ts/client'
import { KafkaError, topicName } from '@kafka-ts/client'
import type { FakeCluster, FakeGroup, FakeTopic } from './fake-cluster.ts'

function describe(topic: FakeTopic): TopicDescription {
  const partitions = topic.partitions.map((_, partition) => ({
    partition,
    leader: 1,
    leaderEpoch: 0,
    replicas: [1],
    isr: [1],
    offlineReplicas: [],
    offlineReason: null,
    ...topic.places.get(partition),
  }))
  return { name: topic.name, topicId: `id-of-${topic.name}`, isInternal: topic.isInternal, partitionCount: partitions.length, partitions }
}

/** One outcome an item, errors as values. */
async function attempt<Item extends object, Value extends object>(item: Item, work: () => Value) {
  try {
    return { ...item, ...work() }
  } catch (error) {
    if (error instanceof KafkaError) return { ...item, error }
    throw error
  }
}

/** The offset of a partition at a place of its log. */
export function listOffset(topic: FakeTopic, partition: number, at: OffsetSpec): ListedOffset {
  const log = topic.partitions[partition]
  if (log === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
  if (at === 'earliest') return { offset: topic.startOffsets[partition] ?? 0, timestamp: -1 }
  if (at === 'latest') return { offset: log.length, timestamp: -1 }
  const found =
    at === 'max-timestamp'
      ? log.toSorted((left, right) => right.timestamp - left.timestamp)[0]
      : log.find((record) => record.timestamp >= Number(at.timestamp))
  return found === undefined ? { offset: -1, timestamp: -1 } : { offset: found.offset, timestamp: found.timestamp }
}

function configEntries(topic: FakeTopic): ConfigEntry[] {
  const defaults = { 'cleanup.policy': 'delete', 'min.insync.replicas': '1', 'retention.ms': '604800000' }
  return Object.entries({ ...defaults, ...Object.fromEntries(topic.configs) }).map(([name, value]) => {
    const isDefault = !topic.configs.has(name)
    return {
      name,
      value,
      source: isDefault ? 'default' : 'dynamic-topic',
      isDefault,
      isReadOnly: false,
      isSensitive: false,
      documentation: null,
    }
  })
}

function brokerConfigs(name: string): ConfigEntry[] {
  if (name === '') return []
  const entry = { isReadOnly: true, isSensitive: false, documentation: null }
  return [
    { ...entry, name: 'log.dirs', value: '/data', source: 'static-broker', isDefault: false },
    { ...entry, name: 'num.partitions', value: '1', source: 'default', isDefault: true },
  ]
}

function groupConfigs(configs: ReadonlyMap<string, string>): ConfigEntry[] {
  const name = 'consumer.session.timeout.ms'
  const value = configs.get(name)
  const flags = { isReadOnly: false, isSensitive: false, documentation: null }
  return [
    { ...flags, name, value: value ?? '45000', source: value === undefined ? 'default' : 'dynamic-group', isDefault: value === undefined },
  ]
}

/** The calls commands make; any other fails the test that made it. */
export function fakeAdmin(cluster: FakeCluster): Admin {
  const up = () => {
    if (cluster.down !== undefined) throw cluster.down
  }
  const calls: Partial<Admin> = {
    listTopics: async (options) => {
      up()
      const topics = [...cluster.topics.values()].map(describe)
      return topics.filter((topic) => options?.includeInternal || !topic.isInternal)
    },
    describeTopics: async (topics) => {
      up()
      return Promise.all(
        topics.map((topic) => attempt({ topic: topicName(topic) }, () => ({ description: describe(cluster.topic(topicName(topic))) }))),
      )
    },
    describeTopic: async (topic) => {
      up()
      return describe(cluster.topic(topicName(topic)))
    },
    createTopics: async (topics, options) => {
      up()
      const create = (name: string, partitions: number, configs: Readonly<Record<string, string>>) => {
        if (cluster.topics.has(name)) throw new KafkaError('TOPIC_ALREADY_EXISTS')
        if (!options?.validateOnly) cluster.addTopic(name, partitions, { configs })
        return { partitionCount: partitions }
      }
      return Promise.all(
        topics.map(({ topic, assignments, partitions = assignments?.length ?? 1, configs = {} }) =>
          attempt({ topic: topicName(topic) }, () => create(topicName(topic), partitions, configs as Readonly<Record<string, string>>)),
        ),
      )
    },
    deleteTopics: async (topics) => {
      up()
      const remove = (name: string) => {
        cluster.topic(name)
        cluster.topics.delete(name)
        return {}
      }
      return Promise.all(topics.map((topic) => attempt({ topic: topicName(topic) }, () => remove(topicName(topic)))))
    },
    createPartitions: async (topics, options) => {
      up()
      const grow = (topic: FakeTopic, partitions: number) => {
        if (partitions <= topic.partitions.length) throw new KafkaError('INVALID_PARTITIONS')
        while (!options?.validateOnly && topic.partitions.length < partitions) {
          topic.partitions.push([])
          topic.startOffsets.push(0)
        }
        return {}
      }
      return Promise.all(
        topics.map(({ topic, partitions }) =>
          attempt({ topic: topicName(topic) }, () => grow(cluster.topic(topicName(topic)), partitions)),
        ),
      )
    },
    deleteRecords: async (targets) => {
      up()
      return Promise.all(
        targets.map(({ topic, partition, before }) =>
          attempt({ topic, partition }, () => {
            const logStartOffset = before === 'end' ? (cluster.topic(topic).partitions[partition]?.length ?? 0) : before
            cluster.topic(topic).startOffsets[partition] = logStartOffset
            return { logStartOffset }
          }),
        ),
      )
    },
    describeConfigs: async (resources, options) => {
      up()
      const read = (type: string, name: string) => {
        const entries =
          type === 'broker'
            ? brokerConfigs(name)
            : type === 'group'
              ? groupConfigs(cluster.groupConfigs)
              : configEntries(cluster.topic(name))
        return { configs: entries.filter((entry) => options?.names?.includes(entry.name) !== false) }
      }
      return Promise.all(resources.map((resource) => attempt({ resource }, () => read(resource.type, resource.name))))
    },
    alterConfigs: async (alterations, options) => {
      up()
      return Promise.all(
        alterations.map(({ resource, changes }) =>
          attempt({ resource }, () => {
            if (resource.type === 'broker') throw new KafkaError('INVALID_REQUEST', 'the configs of a broker are read at its start')
            const configs = resource.type === 'group' ? cluster.groupConfigs : cluster.topic(resource.name).configs
            const unknown = changes.find(({ name }) => !name.includes('.'))
            if (unknown !== undefined) throw new KafkaError('INVALID_CONFIG', `${unknown.name} is not a config.`)
            if (options?.validateOnly) return {}
            for (const { name, operation, value } of changes) {
              if (operation === 'delete') configs.delete(name)
              else configs.set(name, String(value))
            }
            return {}
          }),
        ),
      )
    },
    listOffsets: async (queries) => {
      up()
      return Promise.all(
        queries.map(({ topic, partition, at }) =>
          attempt({ topic, partition }, () => {
            const isLed = (cluster.topic(topic).places.get(partition)?.leader ?? 1) >= 0
            if (!isLed || cluster.unreadable.has(`${topic}/${partition}`)) throw new KafkaError('LEADER_NOT_AVAILABLE')
            return listOffset(cluster.topic(topic), partition, at)
          }),
        ),
      )
    },
    describeCluster: async () => {
      up()
      return { clusterId: 'cluster-1', controllerId: cluster.controllerId, brokers: cluster.brokers }
    },
    describeFeatures: async (options) => {
      up()
      const apis = [
        { key: 0, name: 'produce', minVersion: 0, maxVersion: 2, usedVersion: 1 },
        { key: 999, name: null, minVersion: 0, maxVersion: 0, usedVersion: null },
      ]
      const limits = { maxFrameBytes: 2 ** 24, maxBatchBytes: 2 ** 20, maxInFlight: 64 }
      return { nodeId: options?.broker ?? cluster.brokers[0]?.nodeId ?? -1, clusterId: 'cluster-1', ...limits, apis }
    },
    describeLogDirs: async (options) => {
      up()
      const wanted = options?.topics?.map(topicName)
      const replicas = [...cluster.topics.values()]
        .filter((topic) => wanted === undefined || wanted.includes(topic.name))
        .flatMap((topic) => topic.partitions.map((log, partition) => ({ topic: topic.name, partition, sizeBytes: log.length * 1000 })))
      return [{ nodeId: 1, path: '/data', totalBytes: 2 ** 30, usableBytes: 2 ** 29, replicas }]
    },
    ...groupCalls(cluster, up),
  }
  return calls as Admin
}

function describeGroup({ groupId, type, state, members }: FakeGroup) {
  const assignor = members.length === 0 ? '' : 'uniform'
  return { description: { groupId, type, state, protocolType: 'consumer', coordinator: 1, assignor, groupEpoch: 3, members } }
}

function groupCalls(cluster: FakeCluster, up: () => void): Partial<Admin> {
  const isReading = (member: GroupMember, topic: string) => member.subscribedTopics.includes(topic)
  return {
    listGroups: async () => {
      up()
      const groups = [...cluster.groups.values()].sort((left, right) => (left.groupId < right.groupId ? -1 : 1))
      return groups.map(({ groupId, type, state }) => ({ groupId, type, state, protocolType: 'consumer' }))
    },
    describeGroups: async (groupIds) => {
      up()
      return Promise.all(groupIds.map((groupId) => attempt({ groupId }, () => describeGroup(cluster.group(groupId)))))
    },
    deleteGroups: async (groupIds) => {
      up()
      const remove = (groupId: string) => {
        if (cluster.group(groupId).members.length > 0) throw new KafkaError('NON_EMPTY_GROUP')
        cluster.groups.delete(groupId)
        return {}
      }
      return Promise.all(groupIds.map((groupId) => attempt({ groupId }, () => remove(groupId))))
    },
    fetchGroupOffsets: async (groupIds, options) => {
      up()
      const wanted = options?.topics?.map(topicName)
      const read = (groupId: string) => {
        const offsets = [...(cluster.groups.get(groupId)?.offsets.values() ?? [])]
        return {
          offsets: offsets.filter(({ topic }) => wanted?.includes(topic) !== false).map((offset) => ({ ...offset, leaderEpoch: -1 })),
        }
      }
      return Promise.all(groupIds.map((groupId) => attempt({ groupId }, () => read(groupId))))
    },
    commitGroupOffsets: async (groupId, offsets) => {
      up()
      const group = cluster.groups.get(groupId) ?? cluster.addGroup(groupId)
      if (group.members.length > 0) throw new KafkaError('UNKNOWN_MEMBER_ID')
      const commit = (topic: string, partition: number, offset: number) => {
        if (cluster.topic(topic).partitions[partition] === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
        group.offsets.set(`${topic}/${partition}`, { topic, partition, offset, metadata: '' })
        return {}
      }
      return Promise.all(
        offsets.map(({ topic, partition, offset }) => attempt({ topic, partition }, () => commit(topic, partition, offset))),
      )
    },
    deleteGroupOffsets: async (groupId, partitions) => {
      up()
      const group = cluster.group(groupId)
      const forget = (topic: string, partition: number) => {
        if (group.members.some((member) => isReading(member, topic))) throw new KafkaError('GROUP_SUBSCRIBED_TO_TOPIC')
        group.offsets.delete(`${topic}/${partition}`)
        return {}
      }
      return Promise.all(partitions.map(({ topic, partition }) => attempt({ topic, partition }, () => forget(topic, partition))))
    },
  }
}
