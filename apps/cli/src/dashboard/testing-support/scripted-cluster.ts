import type { BrokerDescription, TopicDescription } from '@kafka-ts/client'
import type {
  BrokerDisk,
  ClusterReader,
  CommittedOffset,
  DescribedGroup,
  ListedGroup,
  OffsetAt,
  OffsetToSet,
  PartitionName,
} from '../model/cluster-reader.ts'

/** A group of the script; offsets are functions of the seconds since the start, by partition. */
export interface ScriptedGroup {
  readonly groupId: string
  readonly state?: string
  readonly type?: string
  readonly assignor?: string
  readonly coordinator?: number
  /** Client ids, and the partitions each works on. */
  readonly members?: Readonly<Record<string, readonly PartitionName[]>>
  readonly committed: Readonly<Record<string, (seconds: number) => number | undefined>>
}

/** A topic of the script. */
export interface ScriptedTopic {
  readonly replicas?: readonly (readonly number[])[]
  readonly isr?: readonly (readonly number[])[]
  readonly leaders?: readonly number[]
  /** The end of each partition. */
  readonly ends: readonly ((seconds: number) => number)[]
  readonly start?: number
  readonly sizeBytes?: number
}

/** A cluster that does what a script says, at the time of a clock. */
export class ScriptedCluster implements ClusterReader {
  readonly groups: ScriptedGroup[] = []
  readonly topicsByName = new Map<string, ScriptedTopic>()
  brokers: BrokerDescription[] = []
  /** Thrown by every call, when set. */
  down: Error | undefined
  /** Calls do not return while this is there. */
  held: Promise<void> | undefined
  /** Names of calls, in their order. */
  readonly calls: string[] = []
  readonly applied: { readonly groupId: string; readonly offsets: readonly OffsetToSet[] }[] = []
  readonly #seconds: () => number
  recordTimes: (offset: number) => number | undefined = () => undefined

  /** `elapsedMs` is the clock of the script. */
  constructor(elapsedMs: () => number) {
    this.#seconds = () => elapsedMs() / 1000
  }

  async listGroups(): Promise<readonly ListedGroup[]> {
    await this.#enter('listGroups')
    return this.groups.map(({ groupId, state = 'Stable', type = 'classic' }) => ({ groupId, state, type }))
  }

  async describeGroups(groupIds: readonly string[]): Promise<readonly (DescribedGroup | undefined)[]> {
    await this.#enter('describeGroups')
    return groupIds.map((groupId) => {
      const group = this.groups.find((candidate) => candidate.groupId === groupId)
      if (group === undefined) return undefined
      const { state = 'Stable', type = 'classic', assignor = 'range', coordinator = 1, members = {} } = group
      return {
        groupId,
        state,
        type,
        assignor,
        coordinator,
        members: Object.entries(members).map(([clientId, assignment], index) => ({
          memberId: `${clientId}-5b1e7f00`,
          instanceId: null,
          clientId,
          host: `10.0.0.${index + 4}`,
          assignment,
        })),
      }
    })
  }

  async committedOffsets(groupIds: readonly string[]): Promise<readonly (readonly CommittedOffset[] | undefined)[]> {
    await this.#enter('committedOffsets')
    return groupIds.map((groupId) => {
      const group = this.groups.find((candidate) => candidate.groupId === groupId)
      return Object.entries(group?.committed ?? {}).map(([name, offset]) => ({ ...parseName(name), offset: offset(this.#seconds()) }))
    })
  }

  async listOffsets(partitions: readonly PartitionName[], at: OffsetAt): Promise<readonly (number | undefined)[]> {
    await this.#enter(`listOffsets ${typeof at === 'string' ? at : 'timestamp'}`)
    return partitions.map(({ topic, partition }) => {
      const scripted = this.topicsByName.get(topic)
      const end = scripted?.ends[partition]?.(this.#seconds())
      if (end === undefined) return undefined
      const start = scripted?.start ?? 0
      if (at === 'earliest') return start
      return at === 'latest' ? end : Math.floor((start + end) / 2)
    })
  }

  async topics(): Promise<readonly TopicDescription[]> {
    await this.#enter('topics')
    return [...this.topicsByName].map(([name, { ends, replicas, isr, leaders }]) => ({
      name,
      topicId: `id-of-${name}`,
      isInternal: false,
      partitionCount: ends.length,
      partitions: ends.map((_, partition) => {
        const own = replicas?.[partition] ?? [1]
        return {
          partition,
          leader: leaders?.[partition] ?? own[0] ?? -1,
          leaderEpoch: 14,
          replicas: [...own],
          isr: [...(isr?.[partition] ?? own)],
          offlineReplicas: [],
          offlineReason: null,
        }
      }),
    }))
  }

  async cluster() {
    await this.#enter('cluster')
    return { clusterId: 'scripted', controllerId: 2, brokers: this.brokers }
  }

  async disks(): Promise<readonly BrokerDisk[]> {
    await this.#enter('disks')
    const sizeByTopic = new Map([...this.topicsByName].map(([name, { sizeBytes = 0 }]) => [name, sizeBytes]))
    return this.brokers.map(({ nodeId }) => ({ nodeId, usedBytes: (31 - nodeId) * 2 ** 30, freeBytes: 400 * 2 ** 30, sizeByTopic }))
  }

  async recordTimeMs(_partition: PartitionName, offset: number): Promise<number | undefined> {
    await this.#enter('recordTimeMs')
    return this.recordTimes(offset)
  }

  async setOffsets(groupId: string, offsets: readonly OffsetToSet[]): Promise<void> {
    await this.#enter('setOffsets')
    this.applied.push({ groupId, offsets })
  }

  async #enter(call: string): Promise<void> {
    this.calls.push(call)
    await this.held
    if (this.down !== undefined) throw this.down
  }
}

function parseName(name: string): PartitionName {
  const at = name.lastIndexOf('/')
  return { topic: name.slice(0, at), partition: Number(name.slice(at + 1)) }
}
