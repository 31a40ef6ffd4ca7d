import { type GroupDescription, type Kafka, KafkaError } from '@kafka-ts/client'
import { pause } from '../../support/waiting.ts'
import { monotonicMs } from './member-events.ts'
import type { Presence } from './timeline-checks.ts'

const POLL_MS = 100
const CALL_TIMEOUT_MS = 2_000

/** Looks at a group through the admin of the SDK, all the time, and keeps what must never be. */
export class GroupWatcher {
  /** What was seen and must not be: a partition of two members in one description, a committed offset that went backwards. */
  readonly violations: string[] = []
  /** Who was in the group, each time it was looked at. */
  readonly presences: Presence[] = []
  readonly #kafka: Kafka
  readonly #groupId: string
  readonly #committed = new Map<number, number>()
  readonly #running: Promise<void>
  #description: GroupDescription | undefined
  #isStopped = false

  constructor(kafka: Kafka, groupId: string) {
    this.#kafka = kafka
    this.#groupId = groupId
    this.#running = this.#run()
    this.#running.catch(() => undefined)
  }

  /** As last seen. */
  get description(): GroupDescription | undefined {
    return this.#description
  }

  get committed(): ReadonlyMap<number, number> {
    return this.#committed
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#look().catch((error: unknown) => {
        // A broker that was killed is away for a while.
        if (!(error instanceof KafkaError && (error.retriable || error.code === 'GROUP_ID_NOT_FOUND'))) throw error
      })
      await pause(POLL_MS)
    }
  }

  async #look(): Promise<void> {
    const options = { timeoutMs: CALL_TIMEOUT_MS }
    // Taken before the question: whoever is in the answer was in the group then or joined since.
    const atMs = monotonicMs()
    const description = await this.#kafka.admin.describeGroup(this.#groupId, options)
    this.#description = description
    this.presences.push({ atMs, memberIds: new Set(description.members.map(({ memberId }) => memberId)) })
    this.#checkOwners(description)
    const [fetched] = await this.#kafka.admin.fetchGroupOffsets([this.#groupId], options)
    if (fetched?.error !== undefined) throw fetched.error
    for (const { partition, offset } of fetched?.offsets ?? []) {
      const before = this.#committed.get(partition) ?? 0
      if (offset < before) this.violations.push(`the committed offset of partition ${partition} went from ${before} back to ${offset}`)
      this.#committed.set(partition, offset)
    }
  }

  #checkOwners({ groupEpoch, members }: GroupDescription): void {
    const owners = new Map<number, string>()
    for (const { memberId, assignment } of members) {
      for (const { partition } of assignment) {
        const other = owners.get(partition)
        if (other !== undefined)
          this.violations.push(`partition ${partition} is of ${other} and of ${memberId} in generation ${groupEpoch}`)
        owners.set(partition, memberId)
      }
    }
  }
}
